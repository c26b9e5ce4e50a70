/**
 * @file The visits of a course: their times so far, and all of them in a rhythm.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 */
import { holdCourse, readCourseStarts } from '../api/course.js';
import { filterFor } from '../flow/held-slots.js';
import { startTime } from '../ui/appointment.js';
import { h, quietButton } from '../ui/element.js';

/** The times of a course that are held so far, as items of a list. @param {Flow} flow */
export const courseTimes = (flow) => {
  const { state, t, holds, goTo, frame } = flow;
  return state.held.map((held, i) => {
    const n = i + 1;
    if (!held) return h('li', { class: 'soft' }, t('time.visitOpen', { n }));
    const remove = () => {
      holds.drop(i);
      goTo('time');
      frame.announce(t('time.removed', { n }));
    };
    return h('li', {},
      h('span', {}, t('time.visit', { n }), ' ', startTime(held.slot, flow)),
      quietButton(t('time.remove'), remove, { 'aria-label': t('time.removeVisit', { n }) }));
  });
};

/** Holds the first visit and the others after it, every so many days. Returns whether it could.
 * @param {Flow} flow @param {string} startsAt @param {number} everyDays @param {string} [practitionerId] */
export const takeCourse = async ({ state, server, holds }, startsAt, everyDays, practitionerId) => {
  const first = { ...filterFor(state), ...(practitionerId && { practitionerId }), startsAt };
  const starts = await readCourseStarts(server, first, everyDays);
  const held = starts && (await holdCourse(server, { ...first, startsAt: starts }));
  if (!held) return false;
  holds.keep(held);
  state.held = held;
  return true;
};
