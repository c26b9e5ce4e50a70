/**
 * @file The soonest times as cards, each of which is one press.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 * @typedef {import('../flow/types.js').Slot} Slot
 */
import { readSoonest } from '../api/slots.js';
import { filterFor } from '../flow/held-slots.js';
import { h } from '../ui/element.js';
import { face } from '../ui/person.js';
import { newestOf } from '../ui/tasks.js';
import { plusDays } from './dates.js';

const CARDS = 3;
const NOON = 12;
const LATE = 16;

/** A list that is hidden where nothing is open. @param {Flow} flow @param {(slot: Slot) => unknown} choose */
export const soonestTimes = (flow, choose) => {
  const { t, clock, server, holds, frame, state } = flow;
  // Where the visitor's clock shows another time, each card says so, and is higher.
  const isAway = clock.isAway();
  const list = h('ul', { class: `soonest${isAway ? ' away' : ''}`, part: 'soonest', 'aria-label': t('soonest.title') });
  const begin = newestOf();
  const load = async () => {
    const isCurrent = begin();
    list.hidden = false;
    list.classList.add('waiting');
    list.replaceChildren(...Array.from({ length: CARDS }, () => h('li', { class: 'soon bone' })));
    await holds.released;
    // The calendar below says so where the server can't be reached.
    const slots = await readSoonest(server, filterFor(state)).catch(() => []);
    if (!isCurrent()) return;
    list.hidden = !slots.length;
    list.classList.remove('waiting');
    list.replaceChildren(...slots.map((slot, i) => h('li', {}, card(slot, i === 0, flow, (button) => frame.run(() => choose(slot), button)))));
  };
  load();
  return { element: list, load };
};

/** @param {Slot} slot @param {boolean} isFirst @param {Flow} flow @param {(button: HTMLElement) => void} act */
const card = (slot, isFirst, { t, clock, server, state, catalogue }, act) => {
  const { startsAt, location } = slot;
  const hour = clock.hour(startsAt);
  const person = state.service?.practitioners.find(({ id }) => id === slot.practitioner.id);
  const own = clock.ownTime(startsAt);
  const place = catalogue.clinic.locations.length > 1 && !state.location ? location.name : null;
  const why = isFirst ? 'soonest.first' : hour < NOON ? 'soonest.morning' : hour < LATE ? 'time.afternoon' : 'part.late';
  /** @type {HTMLButtonElement} */
  const button = h('button', { type: 'button', class: `soon${isFirst ? ' first' : ''}`, part: 'choice', onclick: () => act(button) },
    h('span', { class: 'why' }, t(why)),
    h('span', { class: 'at' },
      h('span', {}, nearDay(clock.dateOf(startsAt), clock, t.locale), ' '), h('b', {}, clock.time(startsAt, location.id))),
    person && face(person, server),
    h('span', { class: 'whom' }, person?.name),
    h('span', { class: 'note' }, [own && t('time.own', { time: own }), place].filter(Boolean).join(' · ') || person?.title));
  return button;
};

/** "today", "tomorrow", else "Mon, Nov 30". @param {import('../flow/types.js').LocalDate} date
 * @param {import('./clock.js').Clock} clock @param {string} locale */
const nearDay = (date, clock, locale) => {
  const days = [0, 1].find((n) => date === plusDays(clock.today(), n));
  return days === undefined ? clock.shortDay(date) : new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day');
};
