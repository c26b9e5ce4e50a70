/** @file The agenda's elements, and what they say of themselves. */

import { locale } from '../texts.js';

/** @typedef {{ start: number, end: number }} Span instants, in seconds */

export const HOUR = 3600;

/** The agenda that is shown now; a page may have none. */
export const agendaOf = (/** @type {Document} */ page = document) => page.getElementById('agenda');

/** @returns {HTMLElement[]} */
export const columnsOf = (/** @type {Element} */ agenda) => [...agenda.querySelectorAll('.column')].map((column) => /** @type {HTMLElement} */ (column));

/** @returns {HTMLElement[]} */
export const entriesOf = (/** @type {Element} */ part) => [...part.querySelectorAll('.entry:not(.preview)')].map((entry) => /** @type {HTMLElement} */ (entry));

/** @returns {HTMLAnchorElement | null} */
export const linkOf = (/** @type {Element} */ entry) => entry.querySelector(':scope > a');

/** @returns {HTMLElement | null} */
export const entryOf = (/** @type {EventTarget | null} */ target) => (target instanceof Element ? target.closest('.entry') : null);

/** @returns {Span} */
export const spanOf = (/** @type {HTMLElement} */ element) => ({ start: Number(element.dataset.start), end: Number(element.dataset.end) });

/** @returns {Span} */
export const spanOfDay = (/** @type {HTMLElement} */ agenda) => ({ start: Number(agenda.dataset.first), end: Number(agenda.dataset.end) });

/** The clinic's own zone, or at least the distance from UTC that its times have. */
const zoneOf = (/** @type {HTMLElement} */ agenda) =>
  agenda.dataset.zone ?? agenda.querySelector('time[datetime]')?.getAttribute('datetime')?.match(/[+-]\d\d:\d\d$/)?.[0] ?? 'UTC';

/**
 * An instant as a clock in the clinic shows it.
 *
 * @param {HTMLElement} agenda
 * @param {number} instant
 */
export const clockTime = (agenda, instant) =>
  new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone: zoneOf(agenda) }).format(instant * 1000);

const arrived = performance.now();
const shownAt = Number(agendaOf()?.dataset.now);

/** The server's clock: that of the browser may be wrong. */
export const now = () => shownAt + (performance.now() - arrived) / 1000;
