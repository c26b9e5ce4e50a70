/**
 * @file The times of all visits of a course.
 *
 * @typedef {import('./transport.js').Server} Server
 * @typedef {import('../flow/types.js').Filter} Filter
 * @typedef {import('../flow/types.js').HeldSlot} HeldSlot
 * @typedef {import('../flow/types.js').Slot} Slot
 */
import { CourseSlots, HoldCourse } from '../queries/course.graphql';
import { heldFrom, requestOnce } from './holds.js';
import { post } from './transport.js';

/** Starts for all visits of a course, every so many days; null where there are none.
 * @param {Server} server @param {Filter & {startsAt: string}} first @param {number} everyDays
 * @returns {Promise<string[] | null>} */
export const readCourseStarts = async (server, first, everyDays) => {
  const { data } = await post(server, CourseSlots, { ...first, everyDays });
  return data?.courseSlots?.map((/** @type {Slot} */ { startsAt }) => startsAt) ?? null;
};

/** All visits of a course at once, or none of them. @param {Server} server @param {Filter & {startsAt: string[]}} input
 * @returns {Promise<HeldSlot[] | null>} */
export const holdCourse = async (server, input) => {
  const { holds, holdTokens } = await requestOnce(server, HoldCourse, input);
  return holds?.map((/** @type {any} */ held, /** @type {number} */ i) => heldFrom(held, holdTokens[i])) ?? null;
};
