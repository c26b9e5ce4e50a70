/**
 * @file Here is where a day and a time are chosen: a calendar, and the chosen day's times beside it.
 *
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {import('../flow/types.js').Slot} Slot
 * @typedef {object} Options
 * @property {import('../flow/types.js').Say} say
 * @property {import('./clock.js').Clock} clock
 * @property {import('../api/client.js').Client} client
 * @property {import('../ui/frame.js').Frame} frame
 * @property {import('../flow/types.js').Clinic} clinic
 * @property {import('../flow/types.js').Filter} filter
 * @property {LocalDate} from       the first day with something on or after it is shown at once
 * @property {LocalDate} [notBefore]  earlier days are not offered
 * @property {Promise<unknown>} [ready]  to be waited for before anything is looked up
 * @property {string | null} [former]  when the visit was to be, before
 * @property {(slot: Slot) => unknown} choose
 */
import { calendar } from './month.js';
import { h, icon } from '../ui/element.js';
import { createOpenings } from './availability.js';
import { firstOfMonth, plusDays } from './clock.js';
import { times } from './times-of-day.js';

const NOTICEABLE = 150;

/** @param {Options} options */
export const picker = (options) => {
  const { say, clock, client, frame, clinic, filter, choose, ready, former } = options;
  const first = options.notBefore && options.notBefore > clock.today() ? options.notBefore : clock.today();
  const last = plusDays(clock.today(), clinic.bookingPolicy.horizonDays);
  const showPlace = clinic.locations.length > 1 && filter.locationId === null;

  let openings = createOpenings({ client, clock, filter, first, last });
  const from = options.from < first ? first : options.from;
  /** @type {import('./month.js').Month} */
  let month = { month: firstOfMonth(from), open: null, chosen: null, first, last, isWhole: false };

  const calendarPlace = h('div', { class: 'days' });
  const timesPlace = h('section', { class: 'of-day', 'aria-labelledby': 'day' });
  const element = h('div', { class: 'picker' }, calendarPlace, timesPlace);

  /** @param {Partial<import('./month.js').Month>} change */
  const showMonth = (change) => {
    month = { ...month, ...change };
    const focused = /** @type {HTMLElement | null} */ (calendarPlace.querySelector(':focus'));
    const { date } = focused?.dataset ?? {};
    const again = date ? `[data-date="${date}"]` : focused && `.${focused.className.split(' ').at(-1)}`;
    calendarPlace.replaceChildren(
      calendar(month, { say, clock }, {
        choose: async (day) => {
          await look((isWanted) => showDay(day, isWanted));
          revealTimes();
        },
        turn: (to) => look((isWanted) => turn(to, isWanted)),
        unfold: () => showMonth({ isWhole: !month.isWhole }),
      }));
    // The pressed button was made anew; at the last month it can't be pressed any more.
    if (again) {
      const button = calendarPlace.querySelector(`${again}:enabled`) ?? calendarPlace.querySelector('button:enabled');
      /** @type {HTMLElement | null} */ (button)?.focus();
    }
  };

  /** On a phone the times are below the days. */
  const revealTimes = () => {
    if (timesPlace.offsetTop >= calendarPlace.offsetTop + calendarPlace.offsetHeight) {
      timesPlace.querySelector('.part-of-day')?.scrollIntoView({ block: 'nearest' });
    }
  };

  /** @param {string} title @param {...(Node | null)} content */
  const showTimes = (title, ...content) => {
    timesPlace.removeAttribute('aria-busy');
    timesPlace.replaceChildren(...[title && h('h3', { id: 'day' }, title), ...content].filter((node) => node !== null));
  };

  const showWaiting = () => {
    // As high as what comes, so that nothing jumps.
    showTimes('\u00a0', h('p', { class: 'zone' }, '\u00a0'), h('h4', {}, '\u00a0'), h('div', { class: 'times waiting', 'aria-hidden': 'true' },
      ...Array.from({ length: 9 }, () => h('span', { class: 'time bone' }))));
    timesPlace.setAttribute('aria-busy', 'true');
  };

  let latest = 0;
  /** Looks something up; when meanwhile something else is wanted, what comes is let go.
   * @param {(isWanted: () => boolean) => Promise<void>} work */
  const look = async (work) => {
    const mine = (latest += 1);
    const isWanted = () => mine === latest;
    try {
      await frame.patiently(() => work(isWanted));
    } catch (reason) {
      if (isWanted()) frame.trouble(reason, () => look(work));
    }
  };

  /** @param {LocalDate} date @param {() => boolean} isWanted */
  const showDay = async (date, isWanted) => {
    showMonth({ chosen: date });
    const wait = setTimeout(showWaiting, NOTICEABLE);
    const slots = await openings.times(date).finally(() => clearTimeout(wait));
    if (!isWanted()) return;
    showTimes(clock.day(date), zoneLine(slots[0]),
      ...times(slots, { say, clock, showPlace, former }, (slot, button) => frame.run(() => choose(slot), button)),
      slots.length ? null : empty(say('time.noneLeft')));
    frame.tell(`${clock.day(date)}: ${say.count('time.count', slots.length)}`);
  };

  /** @param {Slot | undefined} slot */
  const zoneLine = (slot) =>
    h('p', { class: 'zone' }, icon('clock'),
      say('time.zone', { city: clock.city, zone: clock.zoneName(slot?.startsAt ?? Date.now()) }));

  /** Shows the first day with something on or after `date`, and its times. @param {LocalDate} date
   * @param {() => boolean} isWanted */
  const find = async (date, isWanted) => {
    showMonth({ month: firstOfMonth(date), open: null, chosen: null });
    showWaiting();
    const found = await openings.firstDay(date);
    const shown = firstOfMonth(found ?? date);
    const open = await openings.month(shown);
    if (!isWanted()) return;
    showMonth({ month: shown, open });
    if (found) await showDay(found, isWanted);
    else showTimes('', empty(say('time.noneAtAll', { day: clock.day(last) })));
  };

  /** @param {LocalDate} to @param {() => boolean} isWanted */
  const turn = async (to, isWanted) => {
    showMonth({ month: to, open: null, chosen: null });
    showWaiting();
    const open = await openings.month(to);
    if (!isWanted()) return;
    showMonth({ open });
    if (open[0]) await showDay(open[0], isWanted);
    else showTimes('', empty(say('time.noneThisMonth', { month: clock.month(to) })));
  };

  /** @param {string} text */
  const empty = (text) => {
    frame.tell(text);
    return h('p', { class: 'empty' }, text);
  };

  /** After a refusal: what was known is old. */
  const refresh = () => {
    openings = createOpenings({ client, clock, filter, first, last });
    const date = month.chosen ?? from;
    return look((isWanted) => find(date, isWanted));
  };

  look(async (isWanted) => {
    await ready;
    await find(from, isWanted);
  });
  return { element, refresh };
};
