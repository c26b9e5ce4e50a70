/**
 * @file Open days and open times.
 *
 * @typedef {import('./transport.js').Server} Server
 * @typedef {import('../flow/types.js').Filter} Filter
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {import('../flow/types.js').Slot} Slot
 */
import { Soonest, Times, Weeks } from '../queries/slots.graphql';
import { allNodes, nodesOf, request } from './transport.js';

/**
 * The days of some weeks with their numbers of open times, and its first times.
 *
 * @param {Server} server @param {Filter & {from: LocalDate, to: LocalDate}} filter
 * @returns {Promise<{days: import('../flow/types.js').DayCount[], slots: Slot[], isAll: boolean}>}
 */
export const readWeeks = async (server, filter) => {
  const { availability, openSlots } = await request(server, Weeks, { filter: { ...filter, distinctTimes: true } });
  return { days: availability, slots: nodesOf(openSlots), isAll: !openSlots.pageInfo.hasNextPage };
};

/** All times of a day. @param {Server} server @param {Filter} filter @param {LocalDate} date @returns {Promise<Slot[]>} */
export const readDay = (server, filter, date) =>
  allNodes(async (after) => {
    const variables = { filter: { ...filter, from: date, to: date, distinctTimes: true }, after };
    return (await request(server, Times, variables)).openSlots;
  });

/** The first times, of all practitioners. @param {Server} server @param {Filter & {from: LocalDate, to: LocalDate}} filter
 * @returns {Promise<Slot[]>} */
export const readFirstTimes = async (server, filter) =>
  nodesOf((await request(server, Times, { filter, after: null })).openSlots);

/** The soonest times that differ, three at most. @param {Server} server @param {Filter} filter
 * @returns {Promise<import('../flow/types.js').Slot[]>} */
export const readSoonest = async (server, { serviceId, practitionerId, locationId }) =>
  (await request(server, Soonest, { serviceId, practitionerId, locationId })).soonestSlots;
