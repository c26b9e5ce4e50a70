/** @file Brings the page up to date: replaces the entries whose markup the server changed, and no others. */

import { agendaOf, columnsOf, entriesOf, entryOf, linkOf, spanOf } from './agenda.js';
import { layOut, layOutColumn, isGrid } from './grid.js';
import { showTimeLeft } from './held.js';
import { drawNow } from './now-line.js';
import { BACKGROUND, adopt, loadPage } from '../own-page.js';
import { focusEntry, setStops } from './roving.js';

/** What the server last sent. The grid alters the elements on the page, so those can't be compared. */
let sent = agendaOf()?.cloneNode(true);

const keyOf = (/** @type {HTMLElement} */ entry) => entry.id || `${entry.className.split(' ')[1]} ${entry.dataset.start}`;
const byKey = (/** @type {Element} */ part) => new Map(entriesOf(part).map((entry) => [keyOf(entry), entry]));

/**
 * @param {HTMLElement} agenda
 * @param {HTMLElement} column as it is shown
 * @param {HTMLElement} before as the server last sent it
 * @param {HTMLElement} after as the server sends it now
 * @returns {HTMLElement[]} the entries that are new
 */
function patchColumn(agenda, column, before, after) {
  const list = /** @type {HTMLElement} */ (column.querySelector('.entries'));
  const shown = entriesOf(column);
  const old = new Map(entriesOf(before).map((entry, place) => [keyOf(entry), { entry, place }]));
  const fresh = /** @type {HTMLElement[]} */ ([]);
  const kept = entriesOf(after).map((entry) => {
    const known = old.get(keyOf(entry));
    const element = known && known.entry.isEqualNode(entry) ? shown[known.place] : undefined;
    if (element) return element;
    const made = adopt(entry);
    fresh.push(made);
    return made;
  });
  const keep = new Set(kept);
  for (const entry of shown) if (!keep.has(entry)) entry.remove();
  let place = list.firstElementChild;
  for (const entry of kept) {
    if (entry === place) place = place.nextElementSibling;
    else list.insertBefore(entry, place);
  }
  if (fresh.length || kept.length !== shown.length) layOutColumn(agenda, column, fresh);
  const head = column.querySelector('.column-head');
  const heads = [before, after].map((part) => part.querySelector('.column-head'));
  if (head && heads[0] && heads[1] && !heads[0].isEqualNode(heads[1])) head.replaceWith(adopt(heads[1]));
  return fresh;
}

/** The frame is the same: the same day, hours and practitioners. */
const isSameFrame = (/** @type {HTMLElement} */ one, /** @type {HTMLElement} */ other) =>
  ['date', 'first', 'end'].every((name) => one.dataset[name] === other.dataset[name]) &&
  columnsOf(one).map(({ id }) => id).join() === columnsOf(other).map(({ id }) => id).join();

/** Keeps the focus: on the same visit, or on what stands at its time now. */
function restoreFocus(/** @type {HTMLElement} */ agenda, /** @type {HTMLElement} */ lost) {
  const column = lost.dataset.column ?? '';
  const same = (lost.id && document.getElementById(lost.id)) || byKey(document.getElementById(column) ?? agenda).get(keyOf(lost));
  const { start } = spanOf(lost);
  const near = entriesOf(document.getElementById(column) ?? agenda).filter(linkOf);
  focusEntry(same ?? near.filter((entry) => spanOf(entry).start <= start).at(-1) ?? near[0]);
}

/**
 * Shows the agenda of another version of the same page.
 *
 * @param {Document} page
 * @returns {HTMLElement[]} the entries that are new
 */
export function patch(page) {
  const agenda = agendaOf();
  const next = agendaOf(page);
  if (!agenda || !next || !sent) return [];
  const before = /** @type {HTMLElement} */ (sent);
  const focused = entryOf(document.activeElement);
  const lost = focused && agenda.contains(focused) ? focused : null;
  if (lost) lost.dataset.column = lost.closest('.column')?.id;
  sent = next;
  let fresh = /** @type {HTMLElement[]} */ ([]);
  agenda.dataset.mark = next.dataset.mark ?? '';
  if (isSameFrame(before, next)) {
    const shown = columnsOf(agenda);
    const [old, now] = [columnsOf(before), columnsOf(next)];
    fresh = shown.flatMap((column, place) => patchColumn(agenda, column, /** @type {HTMLElement} */ (old[place]), /** @type {HTMLElement} */ (now[place])));
  } else {
    const made = adopt(next);
    made.classList.toggle('is-grid', isGrid());
    agenda.replaceWith(made);
    layOut(made);
  }
  const [summary, newSummary] = [document, page].map((part) => part.querySelector('.summary'));
  if (summary && newSummary && !summary.isEqualNode(newSummary)) summary.replaceWith(adopt(newSummary));
  drawNow();
  showTimeLeft();
  setStops();
  if (lost && !lost.isConnected) restoreFocus(/** @type {HTMLElement} */ (agendaOf()), lost);
  return fresh;
}

/** @type {Promise<HTMLElement[]> | undefined} */
let running;

/** Asks the server for this page again, and shows what changed. Two that ask at once ask once. */
export const refresh = () =>
  (running ??= loadPage(location.href, undefined, BACKGROUND)
    .then(({ page, ok }) => {
      if (!ok) throw new Error('The server has no such page just now.');
      return patch(page);
    })
    .finally(() => {
      running = undefined;
    }));
