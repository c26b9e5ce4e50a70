/** @file First step: the choice of a service. */
import { Unreachable } from '../api/transport.js';

/** Loaded where the page has not chosen, and where a visitor comes back. @type {import('../flow/types.js').Step} */
export const serviceStep = { name: 'service', show: null };

/** Fetches what it shows. */
export const loadServices = async () => {
  const { showServices } = await import('./service-list.js').catch((cause) => {
    throw new Unreachable('The services could not be loaded', { cause });
  });
  serviceStep.show = showServices;
};
