/**
 * @file Appointments behind a manage link.
 *
 * @typedef {import('./transport.js').Server} Server
 * @typedef {import('../flow/types.js').Appointment} Appointment
 * @typedef {{appointment: Appointment | null, problems: import('../flow/types.js').Problem[]}} Changed
 * @typedef {import('../flow/types.js').Problem & {missing?: import('../flow/types.js').Question[]}} MoveProblem
 * @typedef {{appointment: Appointment | null, problems: MoveProblem[]}} Moved
 */
import { Cancel, ManagedAppointment, Reschedule, UndoCancellation } from '../queries/manage.graphql';
import { request } from './transport.js';

/** All appointments of the link's booking; none when the link is not valid. @param {Server} server
 * @param {string} manageToken @returns {Promise<{clinic: import('../flow/types.js').Clinic, appointments: Appointment[]}>} */
export const readManaged = async (server, manageToken) => {
  const { clinic, appointment } = await request(server, ManagedAppointment, { manageToken });
  return { clinic, appointments: appointment?.course?.appointments ?? (appointment ? [appointment] : []) };
};

/** @param {Server} server @param {{manageToken: string, appointmentId: string, startsAt: string, locationId: string,
 *   practitionerId: string | null, screening?: {questionId: string, answer: string}[]}} input
 * @returns {Promise<Moved>} */
export const reschedule = async (server, input) => (await request(server, Reschedule, { input })).rescheduleAppointment;

/** @param {Server} server @param {{manageToken: string, appointmentId: string}} input @returns {Promise<Changed>} */
export const cancel = async (server, input) => (await request(server, Cancel, { input })).cancelAppointment;

/** Books it again. @param {Server} server @param {{manageToken: string, appointmentId: string}} input @returns {Promise<Changed>} */
export const undoCancellation = async (server, input) => (await request(server, UndoCancellation, { input })).undoCancellation;
