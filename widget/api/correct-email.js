/** @file Correcting the address of a booking. */
import { CorrectEmail } from '../queries/correct-email.graphql';
import { requestOnce } from './holds.js';

/** @param {import('./transport.js').Server} server @param {{manageToken: string, email: string}} input
 * @returns {Promise<Omit<NonNullable<import('./results.js').CorrectEmailResult['correctEmail']>, '__typename'>>} */
export const correctEmail = (server, input) => requestOnce(server, CorrectEmail, input);
