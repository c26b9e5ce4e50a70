/**
 * @file A month as a table, in which open days are buttons.
 *
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {import('../ui/appointment.js').Locale} Locale
 * @typedef {object} Month
 * @property {LocalDate} month   its first day
 * @property {LocalDate[] | null} open  null while it is not known
 * @property {LocalDate | null} chosen
 * @property {LocalDate} first   the first day that can be booked, and the last
 * @property {LocalDate} last
 * @property {boolean} isWhole   on a narrow screen: all weeks, not only the near ones
 *
 * @typedef {{choose: (date: LocalDate) => void, turn: (month: LocalDate) => void, unfold: () => void}} Listeners
 */
import { h, icon, quietButton } from '../ui/element.js';
import { dayOfMonth, dayOfWeek, firstDayOfWeek, firstOfMonth, lastOfMonth, plusDays, plusMonths } from './dates.js';

const WEEK = 7;
const A_SUNDAY = '2023-01-01';

/** @param {Month} month @param {Locale} locale @param {Listeners} on */
export const monthView = (month, locale, on) => {
  const { t, clock } = locale;
  const table = h('table', { class: 'month', part: 'calendar', 'aria-labelledby': 'month', onkeydown: moveFocus },
    h('thead', {}, weekdays(locale)),
    h('tbody', {}, ...weeksOf(month, t.locale).map((week) =>
      h('tr', { class: isNear(week, month) ? '' : 'far' }, ...week.map((date) => dayCell(date, month, locale, on))))));
  return h('section', { class: `calendar${month.isWhole ? ' whole' : ''}`, 'aria-busy': month.open === null },
    h('div', { class: 'turn' },
      turnButton(-1, month, locale, on),
      h('h3', { id: 'month' }, clock.month(month.month)),
      turnButton(1, month, locale, on)),
    table,
    table.querySelector('tr.far')
      && quietButton(t(month.isWhole ? 'calendar.fold' : 'calendar.unfold'), on.unfold, { class: 'quiet unfold' }));
};

/** @param {-1 | 1} by @param {Month} month @param {Locale} locale @param {Listeners} on */
const turnButton = (by, { month, first, last }, { t }, on) => {
  const to = plusMonths(month, by);
  return h('button', {
    type: 'button', class: `round ${by < 0 ? 'previous' : 'next'}`,
    'aria-label': t(by < 0 ? 'calendar.previous' : 'calendar.next'),
    disabled: to < firstOfMonth(first) || to > last, onclick: () => on.turn(to),
  }, icon(by < 0 ? 'back' : 'forward'));
};

/** @param {Locale} locale */
const weekdays = ({ t, clock }) =>
  h('tr', {}, ...weekFrom(plusDays(A_SUNDAY, firstDayOfWeek(t.locale))).map((date) =>
    h('th', { scope: 'col' },
      h('span', { class: 'sr' }, clock.weekday(date)),
      h('span', { 'aria-hidden': 'true' }, clock.shortWeekday(date)))));

/** @param {LocalDate} start */
const weekFrom = (start) => Array.from({ length: WEEK }, (_, day) => plusDays(start, day));

/** The weeks of the month that end on or after the first day that can be booked. @param {Month} month @param {string} locale */
const weeksOf = ({ month, first }, locale) => {
  const weeks = [];
  const offset = (dayOfWeek(month) - firstDayOfWeek(locale) + WEEK) % WEEK;
  for (let start = plusDays(month, -offset); start <= lastOfMonth(month); start = plusDays(start, WEEK)) {
    if (plusDays(start, WEEK - 1) >= first) weeks.push(weekFrom(start));
  }
  return weeks;
};

/** The week of the chosen day, or the one after it. @param {LocalDate[]} week @param {Month} month */
const isNear = ([start = ''], { month, first, chosen }) => {
  const day = chosen ?? (first > month ? first : month);
  return plusDays(start, WEEK - 1) >= day && start <= plusDays(day, WEEK);
};

/** @param {LocalDate} date @param {Month} month @param {Locale} locale @param {Listeners} on */
const dayCell = (date, { month, open, chosen }, { t, clock }, on) => {
  if (firstOfMonth(date) !== month) return h('td');
  const isToday = date === clock.today();
  const today = isToday ? ' today' : '';
  const number = String(dayOfMonth(date));
  if (!open?.includes(date)) {
    const note = open && h('span', { class: 'sr' }, ` ${t('calendar.nothing')}`);
    return h('td', {}, h('span', { class: `day closed${today}` }, number, note));
  }
  const isChosen = date === chosen;
  return h('td', {}, h('button', {
    type: 'button', class: `day${today}`, part: 'day', 'data-date': date,
    tabindex: isChosen || (!open.includes(chosen ?? '') && date === open[0]) ? 0 : -1,
    'aria-pressed': String(isChosen), 'aria-current': isToday && 'date',
    'aria-label': clock.day(date), onclick: () => on.choose(date),
  }, number));
};

const STEPS = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -WEEK, ArrowDown: WEEK });

/** Arrow keys go from one open day to the next; up and down to the nearest a week away. @param {KeyboardEvent} event */
const moveFocus = (event) => {
  const table = /** @type {HTMLElement} */ (event.currentTarget);
  const days = /** @type {HTMLElement[]} */ ([...table.querySelectorAll('button.day')]).filter((day) => day.offsetParent);
  const from = days.findIndex((day) => day === event.target);
  if (from < 0) return;
  const to = { Home: 0, End: days.length - 1 }[event.key] ?? target(days, from, event.key, getComputedStyle(table).direction);
  if (to === null) return;
  event.preventDefault();
  days.forEach((day, i) => (day.tabIndex = i === to ? 0 : -1));
  days[to]?.focus();
};

/** @param {HTMLElement[]} days @param {number} from @param {string} key @param {string} direction */
const target = (days, from, key, direction) => {
  const step = STEPS[key];
  if (!step) return null;
  if (Math.abs(step) === 1) {
    const to = from + (direction === 'rtl' ? -step : step);
    return to in days ? to : null;
  }
  const dates = days.map((day) => day.dataset['date'] ?? '');
  const wanted = plusDays(dates[from] ?? '', step);
  const to = step > 0 ? dates.findIndex((date) => date >= wanted) : dates.filter((date) => date <= wanted).length - 1;
  return to < 0 ? null : to;
};
