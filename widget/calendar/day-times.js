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

const NOON = 12;
const EVENING = 17;

/** @param {Slot[]} slots @param {Options} options @param {(slot: Slot, button: HTMLElement) => void} choose */
export const dayTimes = (slots, options, choose) => {
  const { t, clock } = options;
  /** @param {string} id @param {string} label @param {(hour: number) => boolean} includes */
  const partOfDay = (id, label, includes) => {
    const times = slots.filter(({ startsAt }) => includes(clock.hour(startsAt)));
    return times.length === 0 ? null : h('div', { class: 'part-of-day', role: 'group', 'aria-labelledby': id },
      h('h4', { id }, label),
      h('div', { class: 'times' }, ...times.map((slot) => timeButton(slot, slots, options, choose))));
  };
  return [
    partOfDay('morning', t('time.morning'), (hour) => hour < NOON),
    partOfDay('afternoon', t('time.afternoon'), (hour) => hour >= NOON && hour < EVENING),
    partOfDay('evening', t('time.evening'), (hour) => hour >= EVENING),
  ];
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
