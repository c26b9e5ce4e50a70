/**
 * @file Dates and times in words: instants are shown on the clinic's clock, in the visitor's language.
 *
 * @typedef {import('../flow/types.js').Instant} Instant
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {import('../flow/types.js').LocalTime} LocalTime
 * @typedef {ReturnType<typeof createClock>} Clock
 */
import { minutesOf, utc } from './dates.js';

const MINUTE = 60_000;

/**
 * `zone` is the clinic's; `ownZone` the visitor's, who may be somewhere else.
 *
 * @param {{locale: string, zone: string, ownZone?: string}} options
 */
export const createClock = ({ locale, zone, ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone }) => {
  const timeHere = timeFormat(locale, { timeZone: zone });
  const timeThere = timeFormat(locale, { timeZone: ownZone });
  const timeThereAndDay = timeFormat(locale, { weekday: 'short', timeZone: ownZone });
  const wallTime = timeFormat(locale, { timeZone: 'UTC' });
  const withZone = lazyFormat(locale, { timeZone: zone, timeZoneName: 'short' });
  const here = wallClock(zone);
  const there = wallClock(ownZone);

  /** "EST". @param {number} ms */
  const zoneName = (ms) => withZone().formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  /** When clocks go back, an hour comes twice (on Lord Howe Island half of one). @param {number} ms */
  const comesTwice = (ms) => [-60, -30, 30, 60].some((minutes) => here(ms + minutes * MINUTE) === here(ms));
  /** @param {Instant} instant @returns {LocalDate} */
  const dateOf = (instant) => dateIn(here(Date.parse(instant)));

  return {
    dateOf,
    zoneName,
    /** "9:15 a.m."; with the zone where that would be two times. @param {Instant} instant */
    time: (instant) => {
      const ms = Date.parse(instant);
      return comesTwice(ms) ? `${timeHere(ms)}\u00a0${zoneName(ms)}` : timeHere(ms);
    },
    /** "Toronto", as people know the zone. */
    city: (zone.split('/').pop() ?? zone).replaceAll('_', ' '),
    /** @returns {LocalDate} */
    today: () => dateIn(here(Date.now())),
    /** The clock on the clinic's wall. @returns {LocalTime} */
    now: () => here(Date.now()).slice(11),
    /** @param {Instant} instant */
    hour: (instant) => Number(here(Date.parse(instant)).slice(11, 13)),
    /** The visitor's own time, where it is another. @param {Instant} instant @returns {string | null} */
    ownTime: (instant) => {
      const ms = Date.parse(instant);
      if (there(ms) === here(ms)) return null;
      return dateIn(there(ms)) === dateOf(instant) ? timeThere(ms) : timeThereAndDay(ms);
    },
    /** "7:00 a.m." of "07:00". @param {LocalTime} local */
    wallTime: (local) => wallTime(minutesOf(local) * MINUTE),
    day: dateFormat(locale, { weekday: 'long', month: 'long', day: 'numeric' }),
    shortDay: dateFormat(locale, { weekday: 'short', month: 'short', day: 'numeric' }),
    month: dateFormat(locale, { month: 'long', year: 'numeric' }),
    weekday: dateFormat(locale, { weekday: 'long' }),
    shortWeekday: dateFormat(locale, { weekday: 'short' }),
  };
};

/** A formatter that is made when it is first needed: a phone takes milliseconds for each.
 * @param {string} locale @param {Intl.DateTimeFormatOptions} options */
const lazyFormat = (locale, options) => {
  /** @type {Intl.DateTimeFormat | undefined} */
  let format;
  return () => (format ??= new Intl.DateTimeFormat(locale, options));
};

/** @param {string} locale @param {Intl.DateTimeFormatOptions} options */
const dateFormat = (locale, options) => {
  const format = lazyFormat(locale, { ...options, timeZone: 'UTC' });
  return (/** @type {LocalDate} */ date) => format().format(utc(date));
};

/** A time is never broken over two lines. @param {string} locale @param {Intl.DateTimeFormatOptions} options */
const timeFormat = (locale, options) => {
  const format = lazyFormat(locale, { hour: 'numeric', minute: '2-digit', ...options });
  return (/** @type {number} */ ms) => format().format(ms).replace(/\s/g, '\u00a0');
};

/** The date and the time that a clock in the zone shows, as "2026-11-24T09:15". @param {string} timeZone */
const wallClock = (timeZone) => {
  const format = lazyFormat('en-u-ca-gregory-nu-latn', {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone,
  });
  return (/** @type {number} */ ms) => {
    const parts = Object.fromEntries(format().formatToParts(ms).map(({ type, value }) => [type, value]));
    return `${parts['year']}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}`;
  };
};

/** @param {string} wallTime @returns {LocalDate} */
const dateIn = (wallTime) => wallTime.slice(0, 10);
