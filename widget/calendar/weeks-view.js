/**
 * @file Some weeks as a grid across the edges of months, in which open days are buttons.
 *
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {import('../ui/appointment.js').Locale} Locale
 * @typedef {object} Weeks
 * @property {LocalDate} start   their first day
 * @property {LocalDate[] | null} open  null while it is not known
 * @property {LocalDate | null} chosen
 * @property {LocalDate} first   the first day that can be booked, and the last
 * @property {LocalDate} last
 *
 * @typedef {{choose: (date: LocalDate) => void, turn: (start: LocalDate, isByKey: boolean) => void}} Listeners
 */
import { h, icon } from '../ui/element.js';
import { DAYS_SHOWN, WEEK, dayOfMonth, plusDays, startOfWeek } from './dates.js';

/** @param {Weeks} weeks @param {Locale} locale @param {Listeners} on */
export const weeksView = (weeks, locale, on) => {
  const { t, clock } = locale;
  const { start, first, last } = weeks;
  const today = clock.today();
  const earliest = startOfWeek(first, t.locale);
  const [before, after] = [plusDays(start, -DAYS_SHOWN), plusDays(start, DAYS_SHOWN)];
  /** Where the weeks before and after begin, if there are any. */
  const previous = start > earliest ? (before < earliest ? earliest : before) : null;
  const next = after > last ? null : after;
  const rows = Array.from({ length: DAYS_SHOWN / WEEK }, (_, row) => weekFrom(plusDays(start, row * WEEK)));
  return h('section', { class: 'calendar', 'aria-busy': weeks.open === null && 'true' },
    h('div', { class: 'turn' },
      turnButton('back', t('calendar.previous'), previous, on),
      h('h3', { id: 'weeks' }, clock.span(start, plusDays(after, -1))),
      turnButton('forward', t('calendar.next'), next, on)),
    h('table', {
      class: 'weeks', part: 'calendar', role: 'grid', 'aria-labelledby': 'weeks',
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        const to = { PageUp: previous, PageDown: next }[event.key];
        if (!to) return moveFocus(event);
        event.preventDefault();
        on.turn(to, true);
      },
    },
      h('thead', {}, h('tr', {}, ...weekFrom(start).map((date) =>
        h('th', { scope: 'col' },
          h('span', { class: 'sr' }, clock.weekday(date)),
          h('span', { 'aria-hidden': 'true' }, clock.shortWeekday(date)))))),
      h('tbody', {}, ...rows.map((week) => h('tr', {}, ...week.map((date) => dayCell(date, date === today, weeks, locale, on)))))));
};

/** @param {'back' | 'forward'} shape @param {string} name @param {LocalDate | null} to @param {Listeners} on */
const turnButton = (shape, name, to, on) =>
  h('button', {
    type: 'button', class: `round turn-${shape}`, 'aria-label': name, disabled: !to, onclick: () => to && on.turn(to, false),
  }, icon(shape));

/** @param {LocalDate} start */
const weekFrom = (start) => Array.from({ length: WEEK }, (_, day) => plusDays(start, day));

/** @param {LocalDate} date @param {boolean} isToday @param {Weeks} weeks @param {Locale} locale @param {Listeners} on */
const dayCell = (date, isToday, { open, chosen }, { t, clock }, on) => {
  const number = dayOfMonth(date);
  const today = isToday ? ' today' : '';
  const content = [number === 1 && h('small', {}, clock.shortMonth(date), ' '), String(number)];
  // The edge of a month is above its first seven days, and before its first one.
  const cell = { class: number === 1 ? 'over edge' : number <= WEEK && 'over' };
  if (!open?.includes(date)) {
    const note = open && h('span', { class: 'sr' }, ` ${t('calendar.nothing')}`);
    return h('td', cell, h('span', { class: `day closed${today}` }, ...content, note));
  }
  const isChosen = date === chosen;
  return h('td', cell, h('button', {
    type: 'button', class: `day${today}`, part: 'day', 'data-date': date,
    tabindex: isChosen || (!open.includes(chosen ?? '') && date === open[0]) ? 0 : -1,
    'aria-pressed': String(isChosen), 'aria-current': isToday && 'date',
    onclick: () => on.choose(date),
  }, h('span', { class: 'sr' }, clock.day(date)), h('span', { 'aria-hidden': 'true' }, ...content)));
};

const STEPS = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -WEEK, ArrowDown: WEEK });

/** Arrow keys go to the nearest open day that is so many days away, or farther. @param {KeyboardEvent} event */
const moveFocus = (event) => {
  const { key, target, currentTarget } = event;
  const table = /** @type {HTMLElement} */ (currentTarget);
  const days = /** @type {HTMLElement[]} */ ([...table.querySelectorAll('button.day')]);
  const date = /** @type {HTMLElement} */ (target).dataset['date'];
  const isMirrored = key in { ArrowLeft: 1, ArrowRight: 1 } && getComputedStyle(table).direction === 'rtl';
  const step = (STEPS[key] ?? 0) * (isMirrored ? -1 : 1);
  const wanted = date && step ? plusDays(date, step) : '';
  const to = { Home: days[0], End: days[days.length - 1] }[key]
    ?? (step > 0 ? days.find((day) => dateOf(day) >= wanted) : days.filter((day) => dateOf(day) <= wanted).pop());
  if (!date || !to) return;
  event.preventDefault();
  days.forEach((day) => (day.tabIndex = day === to ? 0 : -1));
  to.focus();
};

/** @param {HTMLElement} day */
const dateOf = (day) => day.dataset['date'] ?? '';
