/**
 * @file Screening and booking.
 *
 * @typedef {import('./transport.js').Server} Server
 * @typedef {import('../flow/types.js').Problem} Problem
 * @typedef {{questionId: string, answer: import('../flow/types.js').Answer}[]} Screening
 */
import { Book, BookCourse, CheckScreening } from '../queries/booking.graphql';
import { request } from './transport.js';

/** @param {Server} server @param {string} serviceId @param {Screening} screening @returns {Promise<Problem[]>} */
export const checkScreening = async (server, serviceId, screening) =>
  (await request(server, CheckScreening, { input: { serviceId, screening } })).checkScreening.problems;

/**
 * Books one visit, or a course of several. The same tokens sent again answer with the same booking.
 *
 * @param {Server} server @param {string[]} holdTokens
 * @param {{patient: object, screening: Screening, consentTextId: string | null, note: string}} details
 * @returns {Promise<{booked: import('../flow/types.js').Booked | null, problems: Problem[]}>}
 */
export const book = async (server, holdTokens, details) => {
  const isCourse = holdTokens.length > 1;
  const input = { ...(isCourse ? { holdTokens } : { holdToken: holdTokens[0] }), ...details };
  const payload = Object.values(await request(server, isCourse ? BookCourse : Book, { input }))[0];
  const { appointment, course, manageToken, problems } = payload;
  const appointments = course?.appointments ?? (appointment && [appointment]);
  return { booked: appointments && { appointments, manageToken }, problems };
};
