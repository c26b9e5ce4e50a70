/**
 * @file Here are the times of one day, by the part of the day.
 *
 * @typedef {import('../flow/types.js').Slot} Slot
 */
import { h } from '../ui/element.js';

const NOON = 12;
const EVENING = 17;

/**
 * @param {Slot[]} slots
 * @param {{say: import('../flow/types.js').Say, clock: import('./clock.js').Clock, showPlace: boolean,
 *   former?: string | null}} voice
 * @param {(slot: Slot, button: HTMLElement) => void} choose
 */
export const times = (slots, { say, clock, showPlace, former }, choose) => {
  /** @param {string} id @param {string} label @param {(hour: number) => boolean} isIn */
  const part = (id, label, isIn) => {
    const some = slots.filter(({ startsAt }) => isIn(clock.hour(startsAt)));
    if (!some.length) return null;
    return h('div', { class: 'part-of-day', role: 'group', 'aria-labelledby': id },
      h('h4', { id }, label),
      h('div', { class: 'times' }, ...some.map(timeButton)));
  };

  /** @param {Slot} slot */
  const timeButton = (slot) => {
    const own = clock.ownTime(slot.startsAt);
    /** @type {HTMLButtonElement} */
    const button = h('button', {
      type: 'button', class: 'time', part: 'time', onclick: () => choose(slot, button),
      'aria-current': former && Date.parse(former) === Date.parse(slot.startsAt) ? 'true' : null,
    },
      h('span', {}, clock.time(slot.startsAt)),
      own && h('small', {}, say('time.own', { time: own })),
      showPlace && h('small', {}, slot.location.name));
    return button;
  };

  return [
    part('morning', say('time.morning'), (hour) => hour < NOON),
    part('afternoon', say('time.afternoon'), (hour) => hour >= NOON && hour < EVENING),
    part('evening', say('time.evening'), (hour) => hour >= EVENING),
  ].filter((group) => group !== null);
};
