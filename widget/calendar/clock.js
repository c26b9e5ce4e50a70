/**
 * @file Here is all that knows about dates and times: instants are shown on the clinic's clock, in the visitor's words.
 *
 * @typedef {import('../flow/types.js').Instant} Instant
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {import('../flow/types.js').LocalTime} LocalTime
 * @typedef {ReturnType<typeof createClock>} Clock
 */

const DAY = 86_400_000;
const WEEKDAYS = /** @type {const} */ (['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY']);

/** A date as the same date in UTC: plain arithmetic, whatever zones do. @param {LocalDate} date */
const utc = (date) => Date.parse(`${date}T00:00:00Z`);
/** @param {number} ms @returns {LocalDate} */
const dateAt = (ms) => new Date(ms).toISOString().slice(0, 10);

/** @param {LocalDate} date @param {number} days */
export const plusDays = (date, days) => dateAt(utc(date) + days * DAY);
/** 0 is Sunday. @param {LocalDate} date */
export const dayOfWeek = (date) => new Date(utc(date)).getUTCDay();
/** @param {LocalDate} date */
export const weekdayOf = (date) => WEEKDAYS[dayOfWeek(date)];
/** @param {LocalDate} date */
export const dayOfMonth = (date) => Number(date.slice(8));
/** @param {LocalDate} date */
export const firstOfMonth = (date) => `${date.slice(0, 7)}-01`;
/** @param {LocalDate} date @param {number} months @returns {LocalDate} the first of that month */
export const plusMonths = (date, months) => {
  const [year, month] = date.split('-').map(Number);
  return dateAt(Date.UTC(Number(year), Number(month) - 1 + months, 1));
};
/** @param {LocalDate} date */
export const lastOfMonth = (date) => plusDays(plusMonths(date, 1), -1);

/** The first day of the week, 0 is Sunday. @param {string} locale */
export const firstDayOfWeek = (locale) => {
  const info = /** @type {{getWeekInfo?: () => {firstDay: number}, weekInfo?: {firstDay: number}}} */ (
    /** @type {unknown} */ (new Intl.Locale(locale))
  );
  // Firefox has no week info yet; Canada's weeks start on Sunday.
  return ((info.getWeekInfo?.() ?? info.weekInfo)?.firstDay ?? 7) % 7;
};

/**
 * `zone` is the clinic's; `ownZone` the visitor's, who may be somewhere else.
 *
 * @param {{locale: string, zone: string, ownZone?: string}} where
 */
export const createClock = ({ locale, zone, ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone }) => {
  /** Made when it is first needed: a phone takes milliseconds for each.
   * @param {Intl.DateTimeFormatOptions} options @param {string} [language] */
  const lazily = (options, language = locale) => {
    /** @type {Intl.DateTimeFormat | undefined} */
    let made;
    return () => (made ??= new Intl.DateTimeFormat(language, options));
  };
  /** @param {Intl.DateTimeFormatOptions} options */
  const format = (options) => {
    const formatter = lazily(options);
    return (/** @type {number} */ ms) => formatter().format(ms);
  };
  /** A time is never broken over two lines. @param {Intl.DateTimeFormatOptions} options */
  const formatTime = (options) => {
    const show = format({ hour: 'numeric', minute: '2-digit', ...options });
    return (/** @type {number} */ ms) => show(ms).replace(/\s/g, '\u00a0');
  };
  const timeHere = formatTime({ timeZone: zone });
  const timeThere = formatTime({ timeZone: ownZone });
  const timeThereAndDay = formatTime({ weekday: 'short', timeZone: ownZone });
  const wallTime = formatTime({ timeZone: 'UTC' });
  const day = format({ weekday: 'long', month: 'long', day: 'numeric', timeZone: 'UTC' });
  const shortDay = format({ weekday: 'short', month: 'short', day: 'numeric', timeZone: 'UTC' });
  const month = format({ month: 'long', year: 'numeric', timeZone: 'UTC' });
  const weekday = format({ weekday: 'long', timeZone: 'UTC' });
  const shortWeekday = format({ weekday: 'short', timeZone: 'UTC' });

  /** @param {string} timeZone */
  const partsIn = (timeZone) => {
    const formatter = lazily({
      year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone,
    }, 'en-u-ca-gregory-nu-latn');
    return (/** @type {number} */ ms) => Object.fromEntries(formatter().formatToParts(ms).map((p) => [p.type, p.value]));
  };
  const here = partsIn(zone);
  const there = partsIn(ownZone);
  /** @param {ReturnType<typeof here>} parts */
  const dateIn = ({ year, month: m, day: d }) => `${year}-${m}-${d}`;
  /** @param {ReturnType<typeof here>} parts @returns {LocalTime} */
  const timeIn = ({ hour, minute }) => `${hour}:${minute}`;
  /** @param {number} ms */
  const wall = (ms) => dateIn(here(ms)) + timeIn(here(ms));

  const withZone = lazily({ timeZone: zone, timeZoneName: 'short' });
  /** "EST". @param {Instant | number} instant */
  const zoneName = (instant) =>
    withZone().formatToParts(new Date(instant)).find((part) => part.type === 'timeZoneName')?.value ?? '';

  /** When clocks go back, an hour comes twice (on Lord Howe Island half of one). @param {number} ms */
  const comesTwice = (ms) => [-60, -30, 30, 60].some((minutes) => wall(ms + minutes * 60_000) === wall(ms));

  /** "9:15 a.m."; with the zone where that would be two times. @param {Instant} instant */
  const time = (instant) => {
    const ms = Date.parse(instant);
    return comesTwice(ms) ? `${timeHere(ms)}\u00a0${zoneName(ms)}` : timeHere(ms);
  };
  /** @param {Instant} instant @returns {LocalDate} */
  const dateOf = (instant) => dateIn(here(Date.parse(instant)));

  return {
    time,
    dateOf,
    zoneName,
    /** "Toronto", as people know the zone. */
    city: (zone.split('/').at(-1) ?? zone).replaceAll('_', ' '),
    /** @returns {LocalDate} */
    today: () => dateIn(here(Date.now())),
    /** The clock on the clinic's wall. @returns {LocalTime} */
    now: () => timeIn(here(Date.now())),
    /** @param {Instant} instant */
    hour: (instant) => Number(here(Date.parse(instant)).hour),
    /** The visitor's own time, where it is another. @param {Instant} instant @returns {string | null} */
    ownTime: (instant) => {
      const ms = Date.parse(instant);
      const own = there(ms);
      if (dateIn(own) + timeIn(own) === wall(ms)) return null;
      return dateIn(own) === dateOf(instant) ? timeThere(ms) : timeThereAndDay(ms);
    },
    /** "7:00 a.m." of "07:00". @param {LocalTime} local */
    wallTime: (local) => wallTime(Date.parse('2000-01-01T00:00:00Z') + minutesOf(local) * 60_000),
    /** @param {LocalDate} date */
    day: (date) => day(utc(date)),
    /** @param {LocalDate} date */
    shortDay: (date) => shortDay(utc(date)),
    /** @param {LocalDate} date */
    month: (date) => month(utc(date)),
    /** @param {LocalDate} date */
    weekday: (date) => weekday(utc(date)),
    /** @param {LocalDate} date */
    shortWeekday: (date) => shortWeekday(utc(date)),
  };
};

/** @param {LocalTime} local */
export const minutesOf = (local) => {
  const [hours, minutes] = local.split(':').map(Number);
  return Number(hours) * 60 + Number(minutes);
};
