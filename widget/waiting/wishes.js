/**
 * @file What somebody waits for: days of the week and times of the day, asked for, sent, and said in words.
 *
 * @typedef {import('../flow/types.js').Weekday} Weekday
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {{weekdays: Set<Weekday>, parts: Set<string>, until: LocalDate}} Wishes  an empty set allows any; `until` is the last day
 * @typedef {import('../ui/appointment.js').Locale} Locale
 */
import { firstDayOfWeek, plusDays, weekdayOf } from '../calendar/dates.js';
import { PARTS_OF_DAY } from '../calendar/day-times.js';
import { summaryRow } from '../ui/appointment.js';
import { h } from '../ui/element.js';

const A_SUNDAY = '2026-11-01';

/** The clinic's rules, to be read before joining. @param {import('../flow/types.js').Clinic} clinic
 * @param {import('../flow/types.js').Translate} t */
export const rulesOf = ({ waitingList }, t) => ({
  lead: t('waiting.lead', { minutes: waitingList?.offerMinutes ?? 0 }),
  more: h('p', { class: 'soft' }, t('waiting.order'), ' ', t.count('wait.offers', waitingList?.offersPerWeek ?? 0)),
});

/** Two groups of boxes. @param {Wishes} wishes @param {Locale} locale */
export const wishFields = ({ weekdays, parts }, locale) => {
  const { t } = locale;
  return [
    boxes(t('wait.days'), t('wait.any'), weekdays, weekOf(locale)),
    boxes(t('wait.parts'), null, parts, PARTS_OF_DAY.map(({ id, label }) => ({ value: id, name: t(label) }))),
  ];
};

/** @template {string} T
 * @param {string} legend @param {string | null} note @param {Set<T>} ticked @param {{value: T, name: string}[]} options */
const boxes = (legend, note, ticked, options) =>
  h('fieldset', { 'aria-describedby': 'any' },
    h('legend', { class: 'strong' }, legend),
    note && h('p', { class: 'soft', id: 'any' }, note),
    h('div', { class: 'answers' }, ...options.map(({ value, name }) =>
      h('label', { class: 'answer', part: 'choice' },
        h('input', {
          type: 'checkbox', value, checked: ticked.has(value),
          onchange: (/** @type {Event} */ { target }) =>
            /** @type {HTMLInputElement} */ (target).checked ? ticked.add(value) : ticked.delete(value),
        }),
        h('span', { class: 'when' }, name)))));

/** The days of a week, in the order of the reader's calendar. @param {Locale} locale */
const weekOf = ({ t, clock }) =>
  Array.from({ length: 7 }, (_, i) => plusDays(A_SUNDAY, firstDayOfWeek(t.locale) + i))
    .map((date) => ({ value: /** @type {Weekday} */ (weekdayOf(date)), name: clock.weekday(date) }));

/** As they are sent: empty for any time. Parts of the day that touch are one time, because a visit may go over noon.
 * @param {Wishes} wishes @param {Locale} locale */
export const availableTimes = ({ weekdays, parts }, locale) => {
  if (!weekdays.size && !parts.size) return [];
  /** @type {{begins: number, ends: number}[]} */
  const spans = [];
  for (const { id, begins, ends } of PARTS_OF_DAY) {
    if (parts.size && !parts.has(id)) continue;
    const former = spans[spans.length - 1];
    if (former?.ends === begins) former.ends = ends;
    else spans.push({ begins, ends });
  }
  return weekOf(locale)
    .filter(({ value }) => !weekdays.size || weekdays.has(value))
    .flatMap(({ value }) => spans.map((span) => ({ weekday: value, begins: wall(span.begins), ends: wall(span.ends) })));
};

/** "09:00" @param {number} hour */
const wall = (hour) => `${String(hour).padStart(2, '0')}:00`;

/** The days, and the days of the week and times of the day. @param {Wishes} wishes
 * @param {{firstDay: LocalDate, lastDay: LocalDate}} entry @param {Locale} locale */
export const wishRow = ({ weekdays, parts }, { firstDay, lastDay }, locale) => {
  const { t, clock } = locale;
  const days = weekOf(locale).filter(({ value }) => weekdays.has(value)).map(({ name }) => name);
  const times = PARTS_OF_DAY.filter(({ id }) => parts.has(id)).map(({ label }) => t(label));
  const lines = [days, times].filter(({ length }) => length).map((words) => words.join(', '));
  const [first, last] = [clock.day(firstDay), clock.day(lastDay)];
  return summaryRow('calendar', t('waiting.days'),
    h('span', { class: 'when' }, first === last ? first : t('days.span', { first, last })),
    ...(lines.length ? lines : [t('wait.anyTime')]).map((line) => h('span', { class: 'when soft' }, line)));
};

/** To the page of the entry, which shows it and ends it. @param {import('../api/waiting-list.js').Joined} joined
 * @param {{api: URL, t: import('../flow/types.js').Translate}} booking */
export const entryLink = ({ token }, { api, t }) => {
  const href = new URL(`waiting/${token}?lang=${t.language}`, api).href;
  return h('a', { class: 'quiet', part: 'link', href, target: '_blank', rel: 'noopener' }, t('waiting.see'));
};
