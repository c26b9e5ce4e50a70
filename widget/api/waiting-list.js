/**
 * @file The waiting list: joined, and left.
 *
 * @typedef {import('./transport.js').Server} Server
 * @typedef {import('../flow/types.js').Problem} Problem
 * @typedef {NonNullable<import('./results.js').JoinWaitingListResult['joinWaitingList']>} JoinPayload
 * @typedef {{entry: NonNullable<JoinPayload['waitingListEntry']>, token: string}} Joined  an entry, and the secret of its link
 */
import { JoinWaitingList, LeaveWaitingList } from '../queries/waiting-list.graphql';
import { requestOnce } from './holds.js';
import { request } from './transport.js';

/** @param {Server} server @param {object} input @returns {Promise<{joined: Joined | null, problems: Problem[]}>} */
export const join = async (server, input) => {
  const { waitingListEntry: entry, waitingListToken: token, problems } = await requestOnce(server, JoinWaitingList, input);
  return { joined: entry && { entry, token }, problems };
};

/** Returns why the entry did not end. @param {Server} server @param {string} waitingListToken @returns {Promise<Problem[]>} */
export const leave = async (server, waitingListToken) =>
  (await request(server, LeaveWaitingList, { input: { waitingListToken } })).leaveWaitingList.problems;
