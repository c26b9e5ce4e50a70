/**
 * @file The clock on a wall: of an instant by the offset in it, and of a zone by the browser's data.
 *
 * @typedef {import('../flow/types.js').Instant} Instant
 */

import { inTasks } from '../ui/tasks.js';

const MINUTE = 60_000;

/** The visitor's own zone. @param {string} locale */
export const visitorZone = (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'short' }).resolvedOptions().timeZone;

/** A browser's first formatters take a phone 50 ms: those of all others are quick after them. @param {string} locale */
export const loadFormatters = (locale) =>
  inTasks([() => new Intl.Locale(locale).maximize(), () => new Intl.NumberFormat(locale), () => visitorZone(locale)]);

/** "2026-11-24T09:15" @param {number} ms of a clock that reads as UTC does */
export const wallAt = (ms) => new Date(ms).toISOString().slice(0, 16);

/** In minutes; "-05:00" is -300, "Z" is 0. @param {string} utcOffset */
export const minutesOfOffset = (utcOffset) => {
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)$/.exec(utcOffset) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
};

/** @param {Instant} instant */
export const offsetOf = (instant) => minutesOfOffset(instant.slice(10));

/** What the clock shows that the server meant: it stands in front of the offset. @param {Instant} instant */
export const wallOf = (instant) => instant.slice(0, 16);

/** "UTC−7", "UTC+5:30". @param {number} minutes */
export const offsetName = (minutes) => {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '\u2212' : '+'}${hours}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`;
};

/** An instant as the server would send it. @param {number} ms @param {number} offset minutes @returns {Instant} */
export const instantOf = (ms, offset) => {
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((n) => String(n).padStart(2, '0'));
  return `${wallAt(ms + offset * MINUTE)}:00${offset < 0 ? '-' : '+'}${hours}:${minutes}`;
};

/** What the browser knows of a zone; of a zone that it doesn't know, nothing. @param {string} locale @param {string} timeZone */
export const browserZone = (locale, timeZone) => {
  const wallFormat = zoneFormat('en-u-ca-gregory-nu-latn', timeZone, {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  });
  const nameFormat = zoneFormat(locale, timeZone, { timeZoneName: 'short' });
  /** @param {number} ms */
  const format = (ms) => {
    const parts = Object.fromEntries((wallFormat()?.formatToParts(ms) ?? []).map(({ type, value }) => [type, value]));
    return 'year' in parts ? `${parts['year']}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}` : null;
  };
  /** A day's times ask for the same instants, one around the other. @type {Map<number, string | null>} */
  const walls = new Map();
  return {
    /** "2026-11-24T09:15" @param {number} ms */
    wall: (ms) => {
      if (!walls.has(ms)) walls.set(ms, format(ms));
      return walls.get(ms) ?? null;
    },
    /** "EST" @param {number} ms */
    nameAt: (ms) => nameFormat()?.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '',
  };
};

/** Made when it is first needed: a phone takes milliseconds for each.
 * @param {string} locale @param {string} timeZone @param {Intl.DateTimeFormatOptions} options */
const zoneFormat = (locale, timeZone, options) => {
  /** @type {Intl.DateTimeFormat | null | undefined} */
  let format;
  return () => {
    if (format !== undefined) return format;
    try {
      format = new Intl.DateTimeFormat(locale, { ...options, timeZone });
    } catch {
      format = null;
    }
    return format;
  };
};

/** Whether both names are of one zone: "Canada/Pacific" is "America/Vancouver". @param {string} a @param {string} b */
export const sameZone = (a, b) => canonical(a) === canonical(b);

/** @param {string} timeZone */
const canonical = (timeZone) => zoneFormat('en', timeZone, {})()?.resolvedOptions().timeZone ?? timeZone;
