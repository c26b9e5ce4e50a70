/**
 * @file The open times of one day, by the part of the day.
 *
 * @typedef {import('../flow/types.js').Slot} Slot
 * @typedef {object} Options
 * @property {import('../flow/types.js').Translate} t
 * @property {import('./clock.js').Clock} clock
 * @property {boolean} hasLocations  each time names its location
 * @property {string | null} [former]  the start that was chosen before
 */
import { h } from '../ui/element.js';
import { wallOf } from './wall-clock.js';

/** From an hour up to another. */
export const PARTS_OF_DAY = /** @type {const} */ ([
  { id: 'morning', label: 'time.morning', begins: 0, ends: 12 },
  { id: 'afternoon', label: 'time.afternoon', begins: 12, ends: 17 },
  { id: 'evening', label: 'time.evening', begins: 17, ends: 24 },
]);

/** @param {Slot[]} slots @param {Options} options @param {(slot: Slot, button: HTMLElement) => void} choose */
export const dayTimes = (slots, options, choose) => {
  const { t, clock } = options;
  return PARTS_OF_DAY.map(({ id, label, begins, ends }) => {
    const times = slots.filter(({ startsAt }) => clock.hour(startsAt) >= begins && clock.hour(startsAt) < ends);
    return times.length === 0 ? null : h('div', { class: 'part-of-day', role: 'group', 'aria-labelledby': id },
      h('h4', { id }, t(label)),
      h('div', { class: 'times' }, ...times.map((slot) => timeButton(slot, slots, options, choose))));
  });
};

/** @param {Slot} slot @param {Slot[]} slots of the day @param {Options} options
 * @param {(slot: Slot, button: HTMLElement) => void} choose */
const timeButton = (slot, slots, { t, clock, hasLocations, former }, choose) => {
  const own = clock.ownTime(slot.startsAt);
  const isTwofold = slots.some(({ startsAt }) => isSecondPass(startsAt, slot.startsAt)) || undefined;
  const isFormer = former && Date.parse(former) === Date.parse(slot.startsAt);
  /** @type {HTMLButtonElement} */
  const button = h('button', {
    type: 'button', class: 'time', part: 'time', 'aria-current': isFormer && 'true', onclick: () => choose(slot, button),
  },
    h('span', {}, clock.time(slot.startsAt, slot.location.id, isTwofold)),
    own && h('small', {}, t('time.own', { time: own })),
    hasLocations && h('small', {}, slot.location.name));
  return button;
};

/** The same time on the wall, at another instant. @param {string} a @param {string} b */
const isSecondPass = (a, b) => wallOf(a) === wallOf(b) && Date.parse(a) !== Date.parse(b);
