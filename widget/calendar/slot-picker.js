/**
 * @file A calendar, and the chosen day's open times beside it.
 *
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {import('../flow/types.js').Slot} Slot
 * @typedef {object} Options
 * @property {import('../flow/types.js').Translate} t
 * @property {import('./clock.js').Clock} clock
 * @property {import('../api/transport.js').Server} server
 * @property {import('../ui/frame.js').Frame} frame
 * @property {import('../flow/types.js').Clinic} clinic
 * @property {import('../flow/types.js').Filter} filter
 * @property {LocalDate} from       the first open day on or after it is shown at once
 * @property {LocalDate} [notBefore]  earlier days are not offered
 * @property {Promise<unknown>} [ready]  settled before anything is read
 * @property {string | null} [former]  the start that was chosen before
 * @property {(slot: Slot) => unknown} choose
 * @property {(date: LocalDate) => void} [showsDay]  its times are shown
 */
import { h, icon } from '../ui/element.js';
import { createAvailability } from './availability.js';
import { firstOfMonth, plusDays } from './dates.js';
import { dayTimes } from './day-times.js';
import { monthView } from './month-view.js';

const NOTICEABLE_MS = 150;
const SKELETON_TIMES = 9;

/** @param {Options} options */
export const slotPicker = (options) => {
  const { t, clock, server, frame, clinic, filter, choose, ready, former } = options;
  const today = clock.today();
  const first = options.notBefore && options.notBefore > today ? options.notBefore : today;
  const last = plusDays(today, clinic.bookingPolicy.horizonDays);
  const from = options.from < first ? first : options.from;
  const hasLocations = clinic.locations.length > 1 && filter.locationId === null;

  const readAvailability = () => createAvailability({ server, clock, filter, first, last });
  let availability = readAvailability();
  /** @type {import('./month-view.js').Month} */
  let month = { month: firstOfMonth(from), open: null, chosen: null, first, last, isWhole: false };
  let loads = 0;

  const days = h('div', { class: 'days' });
  const times = h('section', { class: 'of-day', 'aria-labelledby': 'day' });

  /** @param {Partial<import('./month-view.js').Month>} change */
  const updateMonth = (change) => {
    month = { ...month, ...change };
    const focused = /** @type {HTMLElement | null} */ (days.querySelector(':focus'));
    const { date } = focused?.dataset ?? {};
    const selector = date ? `[data-date="${date}"]` : focused && `.${focused.className.split(' ').pop()}`;
    days.replaceChildren(monthView(month, { t, clock }, {
      choose: async (day) => {
        await load((isCurrent) => showDay(day, isCurrent));
        revealTimes();
      },
      turn: (to) => load((isCurrent) => showMonth(to, isCurrent)),
      unfold: () => updateMonth({ isWhole: !month.isWhole }),
    }));
    if (!selector) return;
    // Focus the new element of the pressed button; at the last month that button is disabled.
    const button = days.querySelector(`${selector}:enabled`) ?? days.querySelector('button:enabled');
    /** @type {HTMLElement | null} */ (button)?.focus();
  };

  /** On a phone the times are below the days. */
  const revealTimes = () => {
    if (times.offsetTop >= days.offsetTop + days.offsetHeight) {
      times.querySelector('.part-of-day')?.scrollIntoView({ block: 'nearest' });
    }
  };

  /** @param {string} title @param {...(Node | null)} content */
  const updateTimes = (title, ...content) => {
    times.removeAttribute('aria-busy');
    times.replaceChildren(...[title && h('h3', { id: 'day' }, title), ...content].filter((node) => node !== null));
  };

  /** Placeholders as high as the times that replace them, so that the layout does not shift. */
  const showSkeleton = () => {
    updateTimes('\u00a0', h('p', { class: 'zone' }, '\u00a0'), h('h4', {}, '\u00a0'),
      h('div', { class: 'times waiting', 'aria-hidden': 'true' },
        ...Array.from({ length: SKELETON_TIMES }, () => h('span', { class: 'time bone' }))));
    times.setAttribute('aria-busy', 'true');
  };

  /** Loads and shows something; a response that comes after a later load began is ignored.
   * @param {(isCurrent: () => boolean) => Promise<void>} work */
  const load = async (work) => {
    const number = (loads += 1);
    const isCurrent = () => number === loads;
    try {
      await frame.withSlowNotice(() => work(isCurrent));
    } catch (reason) {
      if (isCurrent()) frame.showTrouble(reason, () => load(work));
    }
  };

  /** @param {LocalDate} date @param {() => boolean} isCurrent */
  const showDay = async (date, isCurrent) => {
    updateMonth({ chosen: date });
    const wait = setTimeout(showSkeleton, NOTICEABLE_MS);
    const slots = await availability.times(date).finally(() => clearTimeout(wait));
    if (!isCurrent()) return;
    options.showsDay?.(date);
    updateTimes(clock.day(date),
      h('p', { class: 'zone' }, icon('clock'), zoneText(slots)),
      ...dayTimes(slots, { t, clock, hasLocations, former }, (slot, button) => frame.run(() => choose(slot), button)),
      slots.length ? null : emptyText(t('time.noneLeft')));
    frame.announce(`${clock.day(date)}: ${t.count('time.count', slots.length)}`);
  };

  /** Whose clock it is. @param {Slot[]} slots */
  const zoneText = (slots) => {
    const zones = new Set(slots.map(({ location }) => clock.zoneOf(location.id)));
    if (zones.size > 1) return t('time.zones');
    const [timeZone = clock.zoneOf(filter.locationId)] = zones;
    const zone = clock.zoneName(slots[0]?.startsAt ?? clock.instantAt(Date.now()), timeZone);
    return t('time.zone', { city: clock.city(timeZone), zone });
  };

  /** Shows the first open day on or after `date`, and its times. @param {LocalDate} date @param {() => boolean} isCurrent */
  const showFirstOpenDay = async (date, isCurrent) => {
    updateMonth({ month: firstOfMonth(date), open: null, chosen: null });
    showSkeleton();
    const day = await availability.firstDay(date);
    const shown = firstOfMonth(day ?? date);
    const open = await availability.month(shown);
    if (!isCurrent()) return;
    updateMonth({ month: shown, open });
    if (day) await showDay(day, isCurrent);
    else updateTimes('', emptyText(t('time.noneAtAll', { day: clock.day(last) })));
  };

  /** @param {LocalDate} to @param {() => boolean} isCurrent */
  const showMonth = async (to, isCurrent) => {
    updateMonth({ month: to, open: null, chosen: null });
    showSkeleton();
    const open = await availability.month(to);
    if (!isCurrent()) return;
    updateMonth({ open });
    if (open[0]) await showDay(open[0], isCurrent);
    else updateTimes('', emptyText(t('time.noneThisMonth', { month: clock.month(to) })));
  };

  /** @param {string} text */
  const emptyText = (text) => {
    frame.announce(text);
    return h('p', { class: 'empty' }, text);
  };

  /** Reads everything again, because a refusal has shown that the cached times are out of date. */
  const refresh = () => {
    availability = readAvailability();
    const date = month.chosen ?? from;
    return load((isCurrent) => showFirstOpenDay(date, isCurrent));
  };

  load(async (isCurrent) => {
    await ready;
    await showFirstOpenDay(from, isCurrent);
  });
  return { element: h('div', { class: 'picker' }, days, times), refresh };
};
