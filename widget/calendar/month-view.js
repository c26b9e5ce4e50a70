/**
 * @file Here is a month, with the days that have something.
 *
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {object} Month
 * @property {LocalDate} month   its first day
 * @property {LocalDate[] | null} open  null while it is not known
 * @property {LocalDate | null} chosen
 * @property {LocalDate} first   the first day that can be booked, and the last
 * @property {LocalDate} last
 * @property {boolean} isWhole   on a narrow screen: all weeks, not only the near ones
 */
import { h, icon } from '../ui/element.js';
import { dayOfMonth, dayOfWeek, firstDayOfWeek, firstOfMonth, lastOfMonth, plusDays, plusMonths } from './clock.js';

const WEEK = 7;

/**
 * @param {Month} month
 * @param {{say: import('../flow/types.js').Say, clock: import('./clock.js').Clock}} voice
 * @param {{choose: (date: LocalDate) => void, turn: (month: LocalDate) => void, unfold: () => void}} on
 */
export const calendar = (month, voice, on) => {
  const { say, clock } = voice;
  const table = h('table', { class: 'month', part: 'calendar', 'aria-labelledby': 'month', onkeydown: moveByKey },
    h('thead', {}, weekdays(voice)),
    h('tbody', {}, ...weeksOf(month, say.locale).map((week) => weekRow(week, month, voice, on))));
  return h('section', { class: `calendar${month.isWhole ? ' whole' : ''}`, 'aria-busy': month.open === null },
    h('div', { class: 'turn' },
      turnButton(-1, month, voice, on),
      h('h3', { id: 'month' }, clock.month(month.month)),
      turnButton(1, month, voice, on)),
    table,
    table.querySelector('tr.far') && h('button', { type: 'button', class: 'quiet unfold', onclick: on.unfold },
      say(month.isWhole ? 'calendar.fold' : 'calendar.unfold')),
  );
};

/** @param {-1 | 1} by @param {Month} month @param {Parameters<typeof calendar>[1]} voice
 * @param {Parameters<typeof calendar>[2]} on */
const turnButton = (by, { month, first, last }, { say }, on) => {
  const to = plusMonths(month, by);
  const isOut = to < firstOfMonth(first) || to > last;
  const label = by < 0 ? 'calendar.previous' : 'calendar.next';
  return h('button', {
    type: 'button', class: `round ${by < 0 ? 'previous' : 'next'}`, 'aria-label': say(label), disabled: isOut,
    onclick: () => on.turn(to),
  }, icon(by < 0 ? 'back' : 'forward'));
};

/** @param {Parameters<typeof calendar>[1]} voice */
const weekdays = ({ say, clock }) => {
  const sunday = '2023-01-01';
  const start = plusDays(sunday, firstDayOfWeek(say.locale));
  const names = Array.from({ length: WEEK }, (_, day) => plusDays(start, day));
  return h('tr', {}, ...names.map((date) =>
    h('th', { scope: 'col' },
      h('span', { class: 'sr' }, clock.weekday(date)),
      h('span', { 'aria-hidden': 'true' }, clock.shortWeekday(date)))));
};

/** The weeks that hold a day that can still be booked. @param {Month} month @param {string} locale */
const weeksOf = ({ month, first }, locale) => {
  const end = lastOfMonth(month);
  let start = plusDays(month, -((dayOfWeek(month) - firstDayOfWeek(locale) + WEEK) % WEEK));
  const weeks = [];
  for (; start <= end; start = plusDays(start, WEEK)) {
    const from = start;
    if (plusDays(start, WEEK - 1) >= first) weeks.push(Array.from({ length: WEEK }, (_, day) => plusDays(from, day)));
  }
  return weeks;
};

/** @param {LocalDate[]} week @param {Month} month @param {Parameters<typeof calendar>[1]} voice
 * @param {Parameters<typeof calendar>[2]} on */
const weekRow = (week, month, voice, on) => {
  const start = /** @type {LocalDate} */ (week[0]);
  const chosen = month.chosen ?? (month.first > month.month ? month.first : month.month);
  const isNear = plusDays(start, WEEK - 1) >= chosen && start <= plusDays(chosen, WEEK);
  return h('tr', { class: isNear ? '' : 'far' }, ...week.map((date) => dayCell(date, month, voice, on)));
};

/** @param {LocalDate} date @param {Month} month @param {Parameters<typeof calendar>[1]} voice
 * @param {Parameters<typeof calendar>[2]} on */
const dayCell = (date, { month, open, chosen }, { say, clock }, on) => {
  if (firstOfMonth(date) !== month) return h('td');
  const isToday = date === clock.today();
  const number = String(dayOfMonth(date));
  if (!open?.includes(date)) {
    return h('td', {}, h('span', { class: `day closed${isToday ? ' today' : ''}` }, number,
      open ? h('span', { class: 'sr' }, ` ${say('calendar.nothing')}`) : null));
  }
  const isChosen = date === chosen;
  return h('td', {}, h('button', {
    type: 'button', class: `day${isToday ? ' today' : ''}`, part: 'day', 'data-date': date,
    tabindex: isChosen || (!open.includes(chosen ?? '') && date === open[0]) ? 0 : -1,
    'aria-pressed': String(isChosen), 'aria-current': isToday ? 'date' : null,
    'aria-label': clock.day(date), onclick: () => on.choose(date),
  }, number));
};

const STEPS = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -WEEK, ArrowDown: WEEK });

/** Arrow keys go from one open day to the next; up and down to the nearest a week away. @param {KeyboardEvent} event */
const moveByKey = (event) => {
  const table = /** @type {HTMLElement} */ (event.currentTarget);
  const days = /** @type {HTMLElement[]} */ ([...table.querySelectorAll('button.day')]).filter((day) => day.offsetParent);
  const here = days.findIndex((day) => day === event.target);
  if (here < 0) return;
  const to = { Home: 0, End: days.length - 1 }[event.key] ?? target(days, here, event.key, getComputedStyle(table).direction);
  if (to === null) return;
  event.preventDefault();
  days.forEach((day, i) => (day.tabIndex = i === to ? 0 : -1));
  days[to]?.focus();
};

/** @param {HTMLElement[]} days @param {number} here @param {string} key @param {string} direction */
const target = (days, here, key, direction) => {
  const step = STEPS[key];
  if (!step) return null;
  if (Math.abs(step) === 1) {
    const to = here + (direction === 'rtl' ? -step : step);
    return to in days ? to : null;
  }
  const dates = days.map((day) => day.dataset['date'] ?? '');
  const wanted = plusDays(dates[here] ?? '', step);
  const to = step > 0 ? dates.findIndex((date) => date >= wanted) : dates.filter((date) => date <= wanted).length - 1;
  return to < 0 ? null : to;
};
