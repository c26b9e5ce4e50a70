/**
 * @file The soonest time that can be booked.
 *
 * @typedef {NonNullable<import('./results.js').NextOpenSlotResult['nextOpenSlot']>} Next
 * @typedef {{next: Next | null, skew: number}} Answer  `skew`: the server's clock in milliseconds before the visitor's
 */
import { NextOpenSlot } from '../queries/next-time.graphql';
import { get, serverAt } from './transport.js';

/** Requests that several buttons share. @type {Map<string, Promise<Answer>>} */
const asking = new Map();

/** @param {URL} api @param {string} language @param {string | null} site
 * @param {{service: string | null, practitioner: string | null, location: string | null}} choice  slugs
 * @returns {Promise<Answer>} */
export const readNextTime = (api, language, site, choice) => {
  const key = JSON.stringify([api, language, site, choice]);
  const shared = asking.get(key)
    ?? get(serverAt(api, language, site), NextOpenSlot, choice)
      .then(({ json, skew }) => ({ next: json.data?.nextOpenSlot ?? null, skew }))
      .finally(() => asking.delete(key));
  asking.set(key, shared);
  return shared;
};
