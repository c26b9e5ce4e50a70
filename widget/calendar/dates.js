/**
 * @file Arithmetic of dates and wall times, without zones.
 *
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {import('../flow/types.js').LocalTime} LocalTime
 */

const DAY = 86_400_000;
export const WEEK = 7;
/** As many days of a calendar are shown at once, whole weeks; a search takes 31 at most. */
export const DAYS_SHOWN = 4 * WEEK;
const WEEKDAYS = /** @type {const} */ (['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY']);

/** A date as the same date in UTC: plain arithmetic, whatever zones do. @param {LocalDate} date */
export const utc = (date) => Date.parse(`${date}T00:00:00Z`);
/** @param {number} ms @returns {LocalDate} */
const dateAt = (ms) => new Date(ms).toISOString().slice(0, 10);

/** @param {LocalDate} date @param {number} days */
export const plusDays = (date, days) => dateAt(utc(date) + days * DAY);
/** 0 is Sunday. @param {LocalDate} date */
const dayOfWeek = (date) => new Date(utc(date)).getUTCDay();
/** @param {LocalDate} date */
export const weekdayOf = (date) => WEEKDAYS[dayOfWeek(date)];
/** @param {LocalDate} date */
export const dayOfMonth = (date) => Number(date.slice(8));

/** The first day of the week, 0 is Sunday. @param {string} locale */
export const firstDayOfWeek = (locale) => {
  const info = /** @type {{getWeekInfo?: () => {firstDay: number}, weekInfo?: {firstDay: number}}} */ (
    /** @type {unknown} */ (new Intl.Locale(locale))
  );
  // Firefox has no week info yet; Canada's weeks start on Sunday.
  return ((info.getWeekInfo?.() ?? info.weekInfo)?.firstDay ?? 7) % 7;
};
/** The first day of its week. @param {LocalDate} date @param {string} locale */
export const startOfWeek = (date, locale) => plusDays(date, -((dayOfWeek(date) - firstDayOfWeek(locale) + WEEK) % WEEK));

/** @param {LocalTime} local */
export const minutesOf = (local) => {
  const [hours, minutes] = local.split(':').map(Number);
  return Number(hours) * 60 + Number(minutes);
};
