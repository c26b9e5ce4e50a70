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
 * @property {import('../flow/types.js').Hours | null} [hours]  the part of the day in which a visit starts
 * @property {(() => void) | undefined} [dropHours]  any part of the day is looked at instead
 * @property {string | null} [former]  the start that was chosen before
 * @property {() => Pick<Slot, 'startsAt' | 'location'> | null} [lost]  the time that somebody else has just taken
 * @property {(slot: Slot) => unknown} choose
 * @property {(date: LocalDate) => void} [showsDay]  its times are shown
 */
import { h, icon, quietButton } from '../ui/element.js';
import { newestOf, nextTask } from '../ui/tasks.js';
import { createAvailability } from './availability.js';
import { DAYS_SHOWN, plusDays, startOfWeek } from './dates.js';
import { dayTimes } from './day-times.js';
import { weeksView } from './weeks-view.js';

const NOTICEABLE_MS = 150;
const SKELETON_TIMES = 9;

/** @param {Options} options */
export const slotPicker = (options) => {
  const { t, clock, server, frame, clinic, choose, ready, former, dropHours } = options;
  const filter = { ...options.filter, ...options.hours };
  const { locale } = t;
  const today = clock.today();
  const first = options.notBefore && options.notBefore > today ? options.notBefore : today;
  const last = plusDays(today, clinic.bookingPolicy.horizonDays);
  const from = options.from < first ? first : options.from;
  const hasLocations = clinic.locations.length > 1 && filter.locationId === null;

  const readAvailability = () => createAvailability({ server, clock, locale, filter, first, last });
  let availability = readAvailability();
  /** @type {import('./weeks-view.js').Weeks} */
  let weeks = { start: startOfWeek(from, locale), open: null, chosen: null, first, last };
  const begin = newestOf();

  const days = h('div', { class: 'days' });
  const times = h('section', { class: 'of-day', 'aria-labelledby': 'day' });

  /** @param {Partial<import('./weeks-view.js').Weeks>} change */
  const updateWeeks = (change) => {
    weeks = { ...weeks, ...change };
    const focused = /** @type {HTMLElement | null} */ (days.querySelector(':focus'));
    const { date } = focused?.dataset ?? {};
    const selector = date ? `[data-date="${date}"]` : focused && `.${focused.className.split(' ').pop()}`;
    days.replaceChildren(weeksView(weeks, { t, clock }, {
      choose: async (day) => {
        await load((isCurrent) => showDay(day, isCurrent));
        revealTimes();
      },
      turn: async (to, isByKey) => {
        await load((isCurrent) => showWeeks(to, isCurrent));
        if (isByKey) /** @type {HTMLElement | null} */ (days.querySelector('.day[tabindex="0"]'))?.focus();
      },
    }));
    if (!selector) return;
    // Focus the new element of the pressed button; at the last weeks that button is disabled.
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

  /** Shows placeholders only if it takes long enough to be noticed.
   * @template T @param {() => Promise<T>} read @param {() => void} showWaiting @param {() => boolean} isCurrent */
  const withPlaceholders = (read, showWaiting, isCurrent) => {
    const wait = setTimeout(() => isCurrent() && showWaiting(), NOTICEABLE_MS);
    return read().finally(() => clearTimeout(wait));
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
    const isCurrent = begin();
    try {
      await frame.withSlowNotice(() => work(isCurrent));
    } catch (reason) {
      if (isCurrent()) frame.showTrouble(reason, () => load(work));
    }
  };

  /** @param {LocalDate} date @param {() => boolean} isCurrent */
  const showDay = (date, isCurrent) => {
    updateWeeks({ chosen: date });
    return showTimes(date, isCurrent);
  };

  /** Its times are there before the days around it: they are what is pressed.
   * @param {Partial<import('./weeks-view.js').Weeks>} change @param {() => boolean} isCurrent */
  const showDayFirst = async (change, isCurrent) => {
    weeks = { ...weeks, ...change };
    const shown = showTimes(/** @type {LocalDate} */ (weeks.chosen), isCurrent);
    await nextTask();
    if (isCurrent()) updateWeeks({});
    await shown;
  };

  /** @param {LocalDate} date @param {() => boolean} isCurrent */
  const showTimes = async (date, isCurrent) => {
    const slots = await withPlaceholders(() => availability.times(date), showSkeleton, isCurrent);
    if (!isCurrent()) return;
    options.showsDay?.(date);
    updateTimes(clock.day(date),
      slots.length ? h('p', { class: 'zone' }, icon('clock'), zoneText(slots)) : emptyText(t('time.noneLeft')),
      ...dayTimes(slots, { t, clock, hasLocations, former, lost: lostOn(date) }, (slot, button) => frame.run(() => choose(slot), button)));
    frame.announce(`${clock.day(date)}: ${t.count('time.count', slots.length)}`);
  };

  /** Whose clock it is. @param {Slot[]} slots */
  const zoneText = (slots) => {
    const zones = new Set(slots.map(({ location }) => clock.zoneOf(location.id)));
    if (zones.size > 1) return t('time.zones');
    const [timeZone = clock.zoneOf(filter.locationId)] = zones;
    // Two on the day on which the clocks change.
    const names = new Set(slots.map(({ startsAt }) => clock.zoneName(startsAt, timeZone)));
    return t('time.zone', { city: clock.city(timeZone), zone: [...names].join(' / ') });
  };

  /** The time of the day that was lost, to be shown in its place. @param {LocalDate} date */
  const lostOn = (date) => {
    const lost = options.lost?.();
    return lost && clock.dateOf(lost.startsAt) === date ? lost : null;
  };

  /** Shows the first open day on or after `date`, and its times. @param {LocalDate} date @param {() => boolean} isCurrent */
  const showFirstOpenDay = async (date, isCurrent) => {
    const week = startOfWeek(date, locale);
    const { day, start, open } = await withPlaceholders(async () => {
      // Days before the wished one are better than none.
      const found = (await availability.firstDay(date)) ?? (date > first ? await availability.firstDay(first) : null);
      const shown = found && (found < week || found >= plusDays(week, DAYS_SHOWN)) ? startOfWeek(found, locale) : week;
      return { day: found, start: shown, open: await availability.weeks(shown) };
    }, () => {
      updateWeeks({ start: week, open: null, chosen: null });
      showSkeleton();
    }, isCurrent);
    if (!isCurrent()) return;
    if (day) return showDayFirst({ start, open, chosen: day }, isCurrent);
    updateWeeks({ start, open });
    if (dropHours) showNoneIn(first, last);
    else updateTimes('', emptyText(t('time.noneAtAll', { day: clock.day(last) })));
  };

  /** @param {LocalDate} to @param {() => boolean} isCurrent */
  const showWeeks = async (to, isCurrent) => {
    updateWeeks({ start: to, open: null, chosen: null });
    showSkeleton();
    const open = await availability.weeks(to);
    if (!isCurrent()) return;
    if (open[0]) return showDayFirst({ open, chosen: open[0] }, isCurrent);
    updateWeeks({ open });
    const end = plusDays(to, DAYS_SHOWN - 1);
    showNoneIn(to < first ? first : to, end > last ? last : end);
  };

  /** Where the visitor has asked for a part of the day, the others are offered. @param {LocalDate} since @param {LocalDate} until */
  const showNoneIn = (since, until) => {
    const span = { first: clock.shortDay(since), last: clock.shortDay(until) };
    updateTimes('', emptyText(t(dropHours ? 'time.nonePart' : 'time.noneIn', span)),
      dropHours ? h('p', { class: 'choices' }, quietButton(t('part.drop'), dropHours)) : null);
  };

  /** @param {string} text */
  const emptyText = (text) => {
    frame.announce(text);
    return h('p', { class: 'empty' }, text);
  };

  /** Reads everything again, because a refusal has shown that the cached times are out of date. */
  const refresh = () => {
    availability = readAvailability();
    const date = weeks.chosen ?? from;
    return load((isCurrent) => showFirstOpenDay(date, isCurrent));
  };

  load(async (isCurrent) => {
    await ready;
    await showFirstOpenDay(from, isCurrent);
  });
  return { element: h('div', { class: 'picker' }, days, times), refresh };
};
