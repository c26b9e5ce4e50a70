/**
 * @file Holds: times that are reserved for the visitor for a few minutes.
 *
 * @typedef {import('./transport.js').Server} Server
 * @typedef {import('../flow/types.js').Filter} Filter
 * @typedef {import('../flow/types.js').HeldSlot} HeldSlot
 * @typedef {import('../flow/types.js').Problem} Problem
 */
import { ExtendHold, Hold, ReleaseHold } from '../queries/holds.graphql';
import { request } from './transport.js';

/** @param {Server} server @param {Filter & {startsAt: string}} input
 * @returns {Promise<{held: HeldSlot | null, problems: Problem[]}>} */
export const hold = async (server, input) => {
  const { hold: held, holdToken, problems } = await requestOnce(server, Hold, input);
  return { held: held && heldFrom(held, holdToken), problems };
};

/** The new end of the hold; null when it can't be extended. @param {Server} server @param {string} holdToken
 * @returns {Promise<number | null>} */
export const extendHold = async (server, holdToken) => {
  const { hold: held } = (await request(server, ExtendHold, { input: { holdToken } })).extendHold;
  return held && endOf(held);
};

/** @param {{slot: import('../flow/types.js').HeldSlot['slot'], expiresInSeconds: number, changeDeadline?: string | null}} held
 * @param {string} holdToken */
export const heldFrom = (held, holdToken) =>
  ({ slot: held.slot, holdToken, ends: endOf(held), changeDeadline: held.changeDeadline ?? null });

/** On the visitor's own clock, which may be wrong. @param {{expiresInSeconds: number}} held */
const endOf = ({ expiresInSeconds }) => Date.now() + expiresInSeconds * 1000;

/** Also while the visitor leaves the page. @param {Server} server @param {string} holdToken */
export const releaseHold = (server, holdToken) =>
  request(server, ReleaseHold, { input: { holdToken } }, { keepalive: true });

/**
 * The payload of a mutation. A repeat of one whose answer was lost has the same idempotency key, so that the visitor's
 * first hold does not refuse the second.
 *
 * @param {Server} server @param {string} operation @param {object} input @returns {Promise<any>}
 */
export const requestOnce = async (server, operation, input) => {
  const { unanswered } = server;
  const intent = JSON.stringify(input);
  const idempotencyKey = unanswered.get(intent) ?? newKey();
  unanswered.set(intent, idempotencyKey);
  const send = async (/** @type {object} */ more) =>
    Object.values(await request(server, operation, { input: { ...input, idempotencyKey, ...more } }))[0];
  let payload = await send({});
  const challenge = payload.problems.find((/** @type {Problem} */ problem) => problem.challenge)?.challenge;
  if (challenge) payload = await send({ proof: await (await import('./proof-of-work.js')).solve(challenge) });
  unanswered.delete(intent);
  return payload;
};

/** Unguessable; `crypto.randomUUID` is missing on pages without HTTPS. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join('-');
