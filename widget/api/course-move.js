/**
 * @file All visits of a course, moved together.
 *
 * @typedef {import('./transport.js').Server} Server
 * @typedef {import('../flow/types.js').Slot} Slot
 * @typedef {{id: string, slot: Slot | null}} Planned  a visit that can be moved, and the time that is suggested for it
 */
import { CourseMove, RescheduleCourse } from '../queries/course-move.graphql';
import { requestOnce } from './holds.js';
import { request } from './transport.js';

/** @param {Server} server @param {{manageToken: string, byDays: number, practitionerId: string | null, anyPractitioner: boolean}} wish
 * @returns {Promise<Planned[]>} */
export const planMove = async (server, wish) =>
  (await request(server, CourseMove, wish)).courseMove.map((/** @type {any} */ { appointment, slot }) => ({ id: appointment.id, slot }));

/** All or none. @param {Server} server @param {object} input
 * @returns {Promise<{appointments: import('../flow/types.js').Appointment[] | null, problems: import('./manage.js').MoveProblem[]}>} */
export const rescheduleCourse = async (server, input) => {
  const { course, problems } = await requestOnce(server, RescheduleCourse, input);
  return { appointments: course?.appointments ?? null, problems };
};
