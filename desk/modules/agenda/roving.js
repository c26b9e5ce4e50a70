/** @file One stop for Tab in the grid; arrows go from entry to entry. */

import { agendaOf, columnsOf, entriesOf, entryOf, linkOf, now, spanOf } from './agenda.js';
import { isGrid } from './grid.js';

/** @returns {HTMLElement[]} those of a column that can be focused, in the order of time */
const stopsOf = (/** @type {Element} */ part) => entriesOf(part).filter(linkOf);

/** @returns {HTMLElement | null} the entry that has the focus, or had it last */
export const currentEntry = () => entryOf(document.activeElement) ?? entryOf(agendaOf()?.querySelector('.entry > a[tabindex="0"]') ?? null);

/** @param {Element | null | undefined} entry */
export function focusEntry(entry) {
  const link = entry && linkOf(entry);
  if (!link) return;
  link.focus({ preventScroll: true });
  link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** Lets Tab stop at one entry: the current one, or else the first that is not over. */
export function setStops() {
  const agenda = agendaOf();
  if (!agenda) return;
  const stops = stopsOf(agenda);
  const grid = isGrid();
  const held = currentEntry();
  const current = held && stops.includes(held) ? held : (stops.find((entry) => spanOf(entry).end > now()) ?? stops[0]);
  for (const entry of stops) {
    const link = /** @type {HTMLAnchorElement} */ (linkOf(entry));
    if (grid) link.tabIndex = entry === current ? 0 : -1;
    else link.removeAttribute('tabindex');
  }
}

/** @returns {HTMLElement | undefined} the entry of the next column that has any, nearest in time */
function beside(/** @type {HTMLElement} */ entry, /** @type {number} */ step) {
  const agenda = /** @type {HTMLElement} */ (agendaOf());
  const columns = columnsOf(agenda);
  const { start } = spanOf(entry);
  for (let at = columns.findIndex((column) => column.contains(entry)) + step; columns[at]; at += step) {
    const stops = stopsOf(/** @type {HTMLElement} */ (columns[at]));
    const before = stops.filter((other) => spanOf(other).start <= start && spanOf(other).end > start).at(-1);
    if (stops.length) return before ?? stops.reduce((best, other) => (Math.abs(spanOf(other).start - start) < Math.abs(spanOf(best).start - start) ? other : best));
  }
  return undefined;
}

/**
 * Where a key leads to from an entry.
 *
 * @param {HTMLElement} entry
 * @param {string} key
 */
function neighbour(entry, key) {
  const stops = stopsOf(/** @type {Element} */ (entry.parentElement));
  const at = stops.indexOf(entry);
  const ahead = getComputedStyle(entry).direction === 'rtl' ? -1 : 1;
  if (key === 'ArrowDown') return stops[at + 1];
  if (key === 'ArrowUp') return stops[at - 1];
  if (key === 'ArrowRight') return beside(entry, ahead);
  if (key === 'ArrowLeft') return beside(entry, -ahead);
  if (key === 'Home') return stops[0];
  if (key === 'End') return stops.at(-1);
  return undefined;
}

/** Goes to the next gap after the last one visited, in the order of time; after the last, to the first. */
export function goToNextFree() {
  const agenda = agendaOf();
  if (!agenda) return;
  const instant = now();
  const gaps = entriesOf(agenda)
    .filter((entry) => entry.classList.contains('gap') && !(spanOf(entry).end <= instant))
    .sort((one, other) => spanOf(one).start - spanOf(other).start);
  const here = entryOf(document.activeElement);
  focusEntry(gaps[here ? gaps.indexOf(here) + 1 : 0] ?? gaps[0]);
}

/** After a booking the address names the visit: the next key is about it. While it loads, a page may drop the focus. */
function focusAddressed() {
  const entry = document.getElementById(location.hash.slice(1));
  if (entry && agendaOf()?.contains(entry) && document.activeElement === document.body) focusEntry(entry);
}

export function startRoving() {
  setStops();
  if (document.readyState === 'complete') focusAddressed();
  else addEventListener('load', focusAddressed, { once: true });
  document.addEventListener('focusin', ({ target }) => {
    const entry = entryOf(target);
    if (!entry || !isGrid() || !agendaOf()?.contains(entry)) return;
    for (const link of agendaOf()?.querySelectorAll('.entry > a[tabindex="0"]') ?? []) /** @type {HTMLElement} */ (link).tabIndex = -1;
    const link = linkOf(entry);
    if (link) link.tabIndex = 0;
  });
  document.addEventListener('keydown', (event) => {
    const entry = entryOf(event.target);
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || !entry || !isGrid()) return;
    const next = neighbour(entry, event.key);
    if (next) focusEntry(next);
    if (next || event.key.startsWith('Arrow')) event.preventDefault();
  });
}
