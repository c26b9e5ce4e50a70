/** @file The sheet of keys, and the switch that turns letters off (WCAG 2.2, 2.1.4). */

import { icon } from './icon.js';
import { text } from './texts.js';

const KEPT = 'desk-letters';

/** By the name of its text, the keys that do it. */
const KEYS = {
  nextFree: ['n'],
  go: ['left', 'up', 'down', 'right'],
  open: ['Enter'],
  book: ['b'],
  move: ['m'],
  arrived: ['a'],
  checkedIn: ['i'],
  fulfilled: ['d'],
  noshow: ['x'],
  cancel: ['c'],
  undo: ['z'],
  search: ['/'],
  hideNames: ['p'],
  today: ['t'],
  close: ['Esc'],
  help: ['?'],
};

/** @type {Record<string, string>} */
const SIGNS = { left: 'signs.left', up: 'signs.up', down: 'signs.down', right: 'signs.right', '/': 'signs.slash', '?': 'signs.questionMark' };

/** A browser may forbid storage: then letters are on. */
export function hasLetters() {
  try {
    return localStorage.getItem(KEPT) !== 'off';
  } catch {
    return true;
  }
}

function setLetters(/** @type {boolean} */ on) {
  document.documentElement.classList.toggle('without-letters', !on);
  try {
    localStorage.setItem(KEPT, on ? 'on' : 'off');
  } catch {
    // Until the next page.
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Signs are read out by their names. */
const keyCap = (/** @type {string} */ key) =>
  SIGNS[key]
    ? element('span', {}, element('kbd', { 'aria-hidden': 'true' }, key.length > 1 ? icon(key) : key), element('span', { class: 'vh' }, text(SIGNS[key])))
    : element('kbd', {}, key);

function makeDialog() {
  const lines = Object.entries(KEYS).map(([name, keys]) =>
    element('div', {}, element('dt', {}, ...keys.map(keyCap)), element('dd', {}, text(`keys.${name}`))));
  const letters = element('input', { type: 'checkbox', role: 'switch', id: 'letters' });
  letters.checked = hasLetters();
  letters.addEventListener('change', () => setLetters(letters.checked));
  const close = element('button', { class: 'square', type: 'button', 'aria-label': text('close') }, icon('close'));
  const dialog = element(
    'dialog',
    { class: 'help', 'aria-labelledby': 'help-title' },
    element('header', {}, element('h2', { id: 'help-title' }, text('keys.title')), close),
    element('dl', { class: 'key-list' }, ...lines),
    element('div', { class: 'switch-line' }, element('label', { for: 'letters' }, text('keys.letters')), letters),
  );
  close.addEventListener('click', () => dialog.close());
  document.body.append(dialog);
  return dialog;
}

/** @type {HTMLDialogElement | undefined} */
let dialog;

export function showHelp() {
  dialog ??= makeDialog();
  if (!dialog.open) dialog.showModal();
}

/** Tells the style sheet that keys work, and gives the sheet of keys a button of its own. */
export function startHelp() {
  document.documentElement.classList.add('has-keys');
  document.documentElement.classList.toggle('without-letters', !hasLetters());
  const button = element('button', { class: 'button quiet all-keys', type: 'button' }, text('keys.title'), element('kbd', { class: 'hint', 'aria-hidden': 'true' }, '?'));
  button.addEventListener('click', showHelp);
  document.querySelector('.foot')?.append(button);
}
