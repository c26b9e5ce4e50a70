/**
 * @file Dates and times in words: instants are shown on the clinic's clock, in the visitor's language.
 *
 * The clinic's clock is the offset in what the server sent, because the browser's own zone data may be older or newer
 * than the server's: the page, the mail and the calendar must say one time. Only the visitor's own time, and the name of
 * the zone where both sources agree, come from the browser.
 *
 * @typedef {import('../flow/types.js').Instant} Instant
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {import('../flow/types.js').LocalTime} LocalTime
 * @typedef {{timeZone: string, utcOffset: string}} Place  a clinic or a location
 * @typedef {{id: string, timeZone: string}} Zoned  a location
 * @typedef {ReturnType<typeof createClock>} Clock
 */
import { minutesOf, utc } from './dates.js';
import { browserZone, minutesOfOffset, offsetName, offsetOf, sameZone, visitorZone, wallAt, wallOf } from './wall-clock.js';

const MINUTE = 60_000;
const MINUTES_AROUND = [-60, -30, 30, 60];

/**
 * `locations` are the clinic's and those of the visits that are shown.
 *
 * @param {{locale: string, clinic: Place & {locations: Zoned[]}, locations?: Zoned[]}} options
 */
export const createClock = ({ locale, clinic, locations = clinic.locations }) => {
  const ownZone = visitorZone(locale);
  const wallTime = timeFormat(locale, { timeZone: 'UTC' });
  const timeThere = timeFormat(locale, { timeZone: ownZone });
  const timeThereAndDay = timeFormat(locale, { weekday: 'short', timeZone: ownZone });
  const there = browserZone(locale, ownZone);
  const places = [clinic, ...locations];
  const isHome = places.every(({ timeZone }) => sameZone(timeZone, ownZone));
  const zones = new Map(places.map(({ timeZone }) => [timeZone, browserZone(locale, timeZone)]));

  /** What the browser knows of the zone, if that is what the server says. @param {Instant} instant @param {string} timeZone */
  const agreed = (instant, timeZone) => {
    const zone = zones.get(timeZone);
    return zone?.wall(Date.parse(instant)) === wallOf(instant) ? zone : null;
  };
  /** The time zone of a location, or the clinic's. @param {string | null} [locationId] */
  const zoneOf = (locationId) => locations.find(({ id }) => id === locationId)?.timeZone ?? clinic.timeZone;
  /** "EST"; "UTC−5" where the browser says otherwise. @param {Instant} instant @param {string} timeZone */
  const zoneName = (instant, timeZone) =>
    agreed(instant, timeZone)?.nameAt(Date.parse(instant)) || offsetName(offsetOf(instant));
  /** When clocks go back, an hour comes twice (on Lord Howe Island half of one).
   * @param {Instant} instant @param {string} timeZone */
  const comesTwice = (instant, timeZone) => {
    const zone = agreed(instant, timeZone);
    return MINUTES_AROUND.some((minutes) => zone?.wall(Date.parse(instant) + minutes * MINUTE) === wallOf(instant));
  };
  /** @param {Instant} instant @returns {LocalDate} */
  const dateOf = (instant) => wallOf(instant).slice(0, 10);
  /** @param {Instant} instant */
  const plainTime = (instant) => wallTime(Date.parse(instant) + offsetOf(instant) * MINUTE);
  /** @param {Place} place */
  const wallNow = ({ utcOffset }) => wallAt(Date.now() + minutesOfOffset(utcOffset) * MINUTE);

  const rangeFormat = lazyFormat(locale, { month: 'short', day: 'numeric', timeZone: 'UTC' });
  /** With the year where it is not the present one. @param {Intl.DateTimeFormatOptions} options */
  const dayFormat = (options) => {
    const [ofThisYear, ofAnother] = [dateFormat(locale, options), dateFormat(locale, { ...options, year: 'numeric' })];
    return (/** @type {LocalDate} */ date) => (date.slice(0, 4) === wallNow(clinic).slice(0, 4) ? ofThisYear : ofAnother)(date);
  };
  const shortWeekday = dateFormat(locale, { weekday: 'short' });
  const shortMonth = dateFormat(locale, { month: 'short' });
  const monthOfLeaf = dayFormat({ month: 'short' });

  return {
    dateOf,
    zoneOf,
    zoneName,
    /** "9:15 a.m."; with the location's zone where that would be two times.
     * @param {Instant} instant @param {string} locationId @param {boolean} [isTwofold] */
    time: (instant, locationId, isTwofold = comesTwice(instant, zoneOf(locationId))) =>
      isTwofold ? `${plainTime(instant)}\u00a0${zoneName(instant, zoneOf(locationId))}` : plainTime(instant),
    /** "Toronto", as people know the zone. @param {string} timeZone */
    city: (timeZone) => (timeZone.split('/').pop() ?? timeZone).replaceAll('_', ' '),
    /** @param {Place} [place] @returns {LocalDate} */
    today: (place = clinic) => wallNow(place).slice(0, 10),
    /** @param {Place} [place] @returns {LocalTime} */
    now: (place = clinic) => wallNow(place).slice(11),
    /** Whether the visitor's clock shows another time than the clinic's now. */
    isAway: () => !isHome && there.wall(Date.now()) !== wallNow(clinic),
    /** @param {Instant} instant */
    hour: (instant) => Number(wallOf(instant).slice(11, 13)),
    /** The visitor's own time, where it is another. @param {Instant} instant @returns {string | null} */
    ownTime: (instant) => {
      if (isHome) return null;
      const ms = Date.parse(instant);
      const wall = there.wall(ms);
      if (!wall || wall === wallOf(instant)) return null;
      return wall.startsWith(dateOf(instant)) ? timeThere(ms) : timeThereAndDay(ms);
    },
    /** "7:00 a.m." of "07:00". @param {LocalTime} local */
    wallTime: (local) => wallTime(minutesOf(local) * MINUTE),
    day: dayFormat({ weekday: 'long', month: 'long', day: 'numeric' }),
    shortDay: dayFormat({ weekday: 'short', month: 'short', day: 'numeric' }),
    /** "Nov 22 – Dec 19" @param {LocalDate} first @param {LocalDate} last */
    span: (first, last) => rangeFormat().formatRange(utc(first), utc(last)),
    shortMonth,
    weekday: dateFormat(locale, { weekday: 'long' }),
    shortWeekday,
    /** "Tue", "24", "Nov"; with the year where it is not the present one. @param {LocalDate} date */
    leaf: (date) => [shortWeekday(date), String(Number(date.slice(8))), monthOfLeaf(date)],
  };
};

/** A formatter that is made when it is first needed: a phone takes milliseconds for each.
 * @param {string} locale @param {Intl.DateTimeFormatOptions} options */
const lazyFormat = (locale, options) => {
  /** @type {Intl.DateTimeFormat | undefined} */
  let format;
  return () => (format ??= new Intl.DateTimeFormat(locale, options));
};

/** In French the first of a month is "1er", which browsers don't say.
 * @param {string} locale @param {Intl.DateTimeFormatOptions} options */
const dateFormat = (locale, options) => {
  const format = lazyFormat(locale, { ...options, timeZone: 'UTC' });
  const first = locale.startsWith('fr') ? '1er ' : '1 ';
  return (/** @type {LocalDate} */ date) => format().format(utc(date)).replace(/\b1 /, first);
};

/** A time is never broken over two lines; in French "7 h", of which browsers make "07 h 00" or "7 h 00".
 * @param {string} locale @param {Intl.DateTimeFormatOptions} options */
const timeFormat = (locale, options) => {
  const format = lazyFormat(locale, { hour: 'numeric', minute: '2-digit', ...options });
  return (/** @type {number} */ ms) => format().format(ms).replace(/\b0?(\d+\sh)(\s00$)?/, '$1').replace(/\s/g, '\u00a0');
};
