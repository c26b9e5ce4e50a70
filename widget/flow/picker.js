/**
 * @file Here is where a day and a time are chosen: a calendar, and the chosen day's times beside it.
 *
 * @typedef {import('./types.js').LocalDate} LocalDate
 * @typedef {import('./types.js').Slot} Slot
 * @typedef {object} Options
 * @property {import('./types.js').Say} say
 * @property {import('./time.js').Clock} clock
 * @property {import('./client.js').Client} client
 * @property {import('./frame.js').Frame} frame
 * @property {import('./types.js').Clinic} clinic
 * @property {import('./types.js').Filter} filter
 * @property {LocalDate} from       the first day with something on or after it is shown at once
 * @property {LocalDate} [notBefore]  earlier days are not offered
 * @property {(slot: Slot) => unknown} choose
 */
import { calendar } from './calendar.js';
import { h, icon } from './element.js';
import { createOpenings } from './openings.js';
import { firstOfMonth, plusDays } from './time.js';
import { times } from './times.js';

/** @param {Options} options */
export const picker = (options) => {
  const { say, clock, client, frame, clinic, filter, choose } = options;
  const first = options.notBefore && options.notBefore > clock.today() ? options.notBefore : clock.today();
  const last = plusDays(clock.today(), clinic.bookingPolicy.horizonDays);
  const showPlace = clinic.locations.length > 1 && filter.locationId === null;

  let openings = createOpenings({ client, clock, filter, first, last });
  const from = options.from < first ? first : options.from;
  /** @type {import('./calendar.js').Month} */
  let month = { month: firstOfMonth(from), open: null, chosen: null, first, last, isWhole: false };

  const calendarPlace = h('div', { class: 'days' });
  const timesPlace = h('section', { class: 'of-day', 'aria-labelledby': 'day' });
  const element = h('div', { class: 'picker' }, calendarPlace, timesPlace);

  /** @param {Partial<import('./calendar.js').Month>} change */
  const showMonth = (change) => {
    month = { ...month, ...change };
    const focused = /** @type {HTMLElement | null} */ (calendarPlace.querySelector(':focus'));
    const { date } = focused?.dataset ?? {};
    const again = date ? `[data-date="${date}"]` : focused && `.${focused.className.split(' ').at(-1)}`;
    calendarPlace.replaceChildren(
      calendar(month, { say, clock }, { choose: showDay, turn, unfold: () => showMonth({ isWhole: !month.isWhole }) }));
    // The pressed button was made anew.
    if (again) /** @type {HTMLElement | null} */ (calendarPlace.querySelector(again))?.focus();
  };

  /** @param {string} title @param {...(Node | null)} content */
  const showTimes = (title, ...content) =>
    timesPlace.replaceChildren(...[h('h3', { id: 'day' }, title), ...content].filter((node) => node !== null));

  const showWaiting = () => {
    timesPlace.setAttribute('aria-busy', 'true');
    showTimes('', h('div', { class: 'times waiting', 'aria-hidden': 'true' },
      ...Array.from({ length: 9 }, () => h('span', { class: 'time bone' }))));
  };

  /** @param {LocalDate} date */
  const showDay = (date) =>
    frame.run(async () => {
      showMonth({ chosen: date });
      const wait = setTimeout(showWaiting, 150);
      try {
        const slots = await openings.times(date);
        clearTimeout(wait);
        showTimes(clock.day(date), zoneLine(slots[0]),
          ...times(slots, { say, clock, showPlace }, (slot, button) => frame.run(() => choose(slot), button)),
          slots.length ? null : h('p', { class: 'empty' }, say('time.noneLeft')));
        frame.tell(`${clock.day(date)}: ${say.count('time.count', slots.length)}`);
      } finally {
        clearTimeout(wait);
        timesPlace.removeAttribute('aria-busy');
      }
    });

  /** @param {Slot | undefined} slot */
  const zoneLine = (slot) =>
    h('p', { class: 'zone' }, icon('clock'),
      say('time.zone', { city: clock.city, zone: clock.zoneName(slot?.startsAt ?? Date.now()) }));

  /** @param {LocalDate} to */
  const turn = (to) => frame.run(() => find(to, to));

  /** Shows the first day with something on or after `date`. @param {LocalDate} date @param {LocalDate} [only] month */
  const find = async (date, only) => {
    showMonth({ month: firstOfMonth(date), open: null, chosen: null });
    showWaiting();
    const found = only ? (await openings.month(only))[0] : await openings.firstDay(date);
    const shown = firstOfMonth(found ?? date);
    showMonth({ month: shown, open: await openings.month(shown), chosen: found ?? null });
    timesPlace.removeAttribute('aria-busy');
    // Not inside the work that is being done: showing a day is work of its own.
    if (found) setTimeout(() => showDay(found));
    else if (only) showTimes('', h('p', { class: 'empty' }, say('time.noneThisMonth', { month: clock.month(only) })));
    else showTimes('', h('p', { class: 'empty' }, say('time.noneAtAll', { day: clock.day(last) })));
  };

  /** After a refusal: what was known is old. */
  const refresh = async () => {
    openings = createOpenings({ client, clock, filter, first, last });
    await find(month.chosen ?? from);
  };

  showMonth({});
  showWaiting();
  setTimeout(() => frame.run(() => find(from)));
  return { element, refresh };
};
