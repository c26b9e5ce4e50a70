/**
 * @file The open times of one day, by the part of the day.
 *
 * @typedef {import('../flow/types.js').Slot} Slot
 * @typedef {object} Options
 * @property {import('../flow/types.js').Translate} t
 * @property {import('./clock.js').Clock} clock
 * @property {boolean} hasLocations  each time names its location
 * @property {string | null} [former]  the start that was chosen before
 * @property {Pick<Slot, 'startsAt' | 'location'> | null} [lost]  a time of the day that was taken
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
  const { t, clock, lost } = options;
  const isGone = lost && !slots.some(({ startsAt }) => isSame(startsAt, lost.startsAt));
  const all = /** @type {Slot[]} */ (isGone ? [...slots, lost] : slots)
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt));
  return PARTS_OF_DAY.map(({ id, label, begins, ends }) => {
    const times = all.filter(({ startsAt }) => clock.hour(startsAt) >= begins && clock.hour(startsAt) < ends);
    return times.length === 0 ? null : h('div', { class: 'part-of-day', role: 'group', 'aria-labelledby': id },
      h('h4', { id }, t(label)),
      h('div', { class: 'times' }, ...times.map((slot) =>
        slot === lost ? takenTime(slot, options) : timeButton(slot, slots, options, choose))));
  });
};

/** In its place, and not a button. @param {Slot} slot @param {Options} options */
const takenTime = ({ startsAt, location }, { t, clock }) =>
  h('p', { class: 'time taken', part: 'time' }, h('s', {}, clock.time(startsAt, location.id)), h('small', {}, t('time.taken')));

/** @param {Slot} slot @param {Slot[]} slots of the day @param {Options} options
 * @param {(slot: Slot, button: HTMLElement) => void} choose */
const timeButton = (slot, slots, { t, clock, hasLocations, former }, choose) => {
  const own = clock.ownTime(slot.startsAt);
  const isTwofold = slots.some(({ startsAt }) => isSecondPass(startsAt, slot.startsAt)) || undefined;
  const isFormer = former && isSame(former, slot.startsAt);
  /** @type {HTMLButtonElement} */
  const button = h('button', {
    type: 'button', class: 'time', part: 'time', 'aria-current': isFormer && 'true', onclick: () => choose(slot, button),
  },
    h('span', {}, clock.time(slot.startsAt, slot.location.id, isTwofold)),
    own && h('small', {}, t('time.own', { time: own })),
    hasLocations && h('small', {}, slot.location.name));
  return button;
};

/** @param {string} a @param {string} b */
const isSame = (a, b) => Date.parse(a) === Date.parse(b);
/** The same time on the wall, at another instant. @param {string} a @param {string} b */
const isSecondPass = (a, b) => wallOf(a) === wallOf(b) && !isSame(a, b);
