/** @file Correcting the address of a booking. */
import { CorrectEmail } from '../queries/correct-email.graphql';
import { request } from './transport.js';

/** @param {import('./transport.js').Server} server @param {{manageToken: string, email: string}} input
 * @returns {Promise<{email: string | null, problems: import('../flow/types.js').Problem[]}>} */
export const correctEmail = async (server, input) => (await request(server, CorrectEmail, { input })).correctEmail;
