/**
 * @file The time that a page or an address wishes for, as people and other programs write it.
 *
 * @typedef {import('./types.js').Clinic} Clinic
 */
import { browserZone, instantOf, minutesOfOffset } from '../calendar/wall-clock.js';

const MINUTE = 60_000;
const DATE = /^\d{4}-\d\d-\d\d$/;
const LOCAL = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(\.\d+)?)?$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/**
 * The instant, on the clinic's clock. A date, and a time without an offset, are on the clinic's wall. Null, and a line in
 * the console, for any other text.
 *
 * @param {string} text @param {Clinic} clinic @returns {import('./types.js').Instant | null}
 */
export const wishedTime = (text, clinic) => {
  // In an address a "+" that is not written as "%2B" arrives as a space.
  const at = text.trim().toUpperCase().replace(/ (?=\d\d:?\d\d$)/, '+').replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
  const [, wall = DATE.test(at) ? `${at}T00:00` : null] = LOCAL.exec(at) ?? [];
  const ms = Date.parse(wall ? `${wall}Z` : INSTANT.test(at) ? at : '');
  if (Number.isNaN(ms)) {
    if (text) console.error(`book-online: "${text}" is no time; a time looks like 2026-11-24T12:00Z.`);
    return null;
  }
  return wall ? onWall(ms, clinic) : instantAt(ms, clinic);
};

/** @param {number} ms the wall's time, read as if in UTC @param {Clinic} clinic */
const onWall = (ms, clinic) => {
  const offset = offsetAt(ms, clinic);
  // The offset of the zone at the instant itself: it may have changed in the hours between.
  return instantAt(ms - offsetAt(ms - offset * MINUTE, clinic) * MINUTE, clinic);
};

/** @param {number} ms @param {Clinic} clinic */
const instantAt = (ms, clinic) => instantOf(ms - (ms % MINUTE), offsetAt(ms, clinic));

/** The clinic's offset in minutes, as far as the browser knows it. @param {number} ms @param {Clinic} clinic */
const offsetAt = (ms, { timeZone, utcOffset }) => {
  const wall = browserZone('en', timeZone).wall(ms);
  return wall ? (Date.parse(`${wall}Z`) - (ms - (ms % MINUTE))) / MINUTE : minutesOfOffset(utcOffset);
};
