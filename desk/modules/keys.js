/** @file Keys of the desk: a letter does what a link or a form of the page does. */

import { announce } from './announce.js';
import { entryOf, linkOf } from './agenda/agenda.js';
import { hasLetters, showHelp, startHelp } from './help.js';
import { moveByKeys } from './agenda/move.js';
import { here, send, wordsOf } from './requests.js';
import { goToNextFree } from './agenda/roving.js';
import { closeSheet, openSheet, renewSheet, showSheet, visitOfSheet } from './sheet.js';
import { text } from './texts.js';

/** The visit that a key is about: the one with the focus, or the one whose sheet is open. */
function visit() {
  const entry = entryOf(document.activeElement)?.closest('.visit') ?? visitOfSheet();
  if (!entry) announce(text('noVisit'));
  return /** @type {HTMLElement | null} */ (entry);
}

/** Presses what the page itself has for a key: a link, a button, or a form. */
function press(/** @type {string} */ selector) {
  const found = document.querySelector(selector);
  if (found instanceof HTMLFormElement) found.requestSubmit();
  else if (found instanceof HTMLElement) found.click();
}

async function setStatus(/** @type {string} */ status) {
  const entry = visit();
  const link = entry && linkOf(entry);
  if (!entry || !link) return;
  const answer = await send(`${new URL(link.href).pathname}/status`, { status, version: entry.dataset.version ?? '', next: here() });
  const changed = document.getElementById(entry.id);
  if (answer?.ok && changed) announce(wordsOf(changed));
  await renewSheet();
}

async function cancel() {
  const link = visit() && linkOf(/** @type {HTMLElement} */ (visit()));
  if (!link) return;
  if (!openSheet() || visitOfSheet() !== entryOf(link)) await showSheet(link);
  const form = /** @type {HTMLElement | null} */ (document.querySelector('body > .sheet form[action$="/cancel"]'));
  form?.closest('details')?.setAttribute('open', '');
  const field = /** @type {HTMLElement | null | undefined} */ (form?.querySelector('select, input:not([type=hidden]), textarea, button'));
  field?.focus();
}

function undo() {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector('form[action^="/desk/undo"]'));
  if (form) form.requestSubmit();
  else void send('/desk/undo', {}).then(renewSheet);
}

/** @type {Record<string, () => void>} */
const LETTERS = {
  n: goToNextFree,
  b: () => press('[data-key=b], a[href^="/desk/book"].button'),
  m: () => {
    const entry = visit();
    if (entry) moveByKeys(entry);
  },
  a: () => void setStatus('arrived'),
  i: () => void setStatus('checked-in'),
  d: () => void setStatus('fulfilled'),
  x: () => void setStatus('noshow'),
  c: () => void cancel(),
  z: undo,
  p: () => press('[data-key=p], form[action^="/desk/account/hide-names"]'),
  t: () => press('[data-key=t], .dates .today'),
  '/': () => /** @type {HTMLElement | null} */ (document.querySelector('.search input'))?.focus(),
  '?': showHelp,
};

const isTyping = (/** @type {EventTarget | null} */ target) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select'));

function onEscape() {
  if (openSheet()) return closeSheet();
  document.querySelector('.toast')?.remove();
}

export function startKeys() {
  startHelp();
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape') return onEscape();
    const action = LETTERS[event.key];
    if (!action || event.repeat || !hasLetters() || isTyping(event.target)) return;
    event.preventDefault();
    action();
  });
}
