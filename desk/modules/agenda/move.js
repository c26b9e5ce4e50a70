/** @file Moving a visit within the day: by keys or by drag, through the one form of the server. */

import { announce } from '../announce.js';
import { HOUR, linkOf } from './agenda.js';
import { startDragging } from './drag.js';
import { isGrid } from './grid.js';
import { Preview, STEP } from './preview.js';
import { here, send, wordsOf } from '../requests.js';
import { focusEntry } from './roving.js';
import { renewSheet, showSheet } from '../sheet.js';
import { text } from '../texts.js';

/** @type {Preview | undefined} */
let moving;

const columnName = (/** @type {HTMLElement} */ column) => column.querySelector('h2')?.textContent?.trim() ?? '';

/** Asks the server. The visit is shown at its new time until the answer; if refused it snaps back. @param {Preview} preview */
async function submit(preview) {
  const { entry, target } = preview;
  preview.ghost.setAttribute('aria-busy', 'true');
  const link = /** @type {HTMLAnchorElement} */ (linkOf(entry));
  const answer = await send(`${new URL(link.href).pathname}/move`, {
    practitioner: target.column.dataset.practitioner ?? '',
    starts_at: new Date(target.start * 1000).toISOString(),
    version: entry.dataset.version ?? '',
    next: here(),
  });
  preview.remove();
  const there = document.getElementById(entry.id);
  if (answer?.ok && there) announce(`${wordsOf(there)}, ${columnName(target.column)}`);
  if (document.activeElement === document.body || document.activeElement === linkOf(entry)) focusEntry(there);
  await renewSheet();
}

/** @param {Preview} preview */
function finish(preview) {
  if (preview.isBack) {
    preview.remove();
    announce(text('move.back'));
  } else void submit(preview);
}

/** Begins a move that arrows steer. @param {HTMLElement} entry */
export function moveByKeys(entry) {
  const link = linkOf(entry);
  if (!link || moving) return;
  // A list has no rows to move along: its sheet has the form.
  if (!isGrid()) return void showSheet(link);
  focusEntry(entry);
  moving = new Preview(entry);
  announce(text('move.begin', { time: moving.clock, practitioner: columnName(moving.target.column) }));
}

/** @param {Preview} preview @param {string} key */
function steer(preview, key) {
  const { column, start } = preview.target;
  const columns = preview.columns;
  const at = columns.indexOf(column);
  const ahead = getComputedStyle(column).direction === 'rtl' ? -1 : 1;
  const beside = (/** @type {number} */ step) => ({ column: columns[at + step] ?? column, start });
  const target = {
    ArrowUp: { column, start: start - STEP },
    ArrowDown: { column, start: start + STEP },
    PageUp: { column, start: start - HOUR },
    PageDown: { column, start: start + HOUR },
    ArrowLeft: beside(-ahead),
    ArrowRight: beside(ahead),
  }[key];
  if (!target) return false;
  preview.show(target);
  preview.ghost.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  announce(`${preview.clock}, ${columnName(preview.target.column)}`);
  return true;
}

/** Takes the keys of a move before anything else hears of them. @param {KeyboardEvent} event */
function onKey(event) {
  const preview = moving;
  if (!preview || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === 'Tab') return end(false);
  event.preventDefault();
  event.stopPropagation();
  if (!steer(preview, event.key) && (event.key === 'Enter' || event.key === 'Escape')) end(event.key === 'Enter');
}

function end(/** @type {boolean} */ done) {
  const preview = /** @type {Preview} */ (moving);
  moving = undefined;
  if (done) return finish(preview);
  preview.remove();
  announce(text('move.back'));
}

export function startMoving() {
  document.addEventListener('keydown', onKey, { capture: true });
  document.addEventListener('pointerdown', () => moving && end(false), { capture: true });
  startDragging(finish);
}
