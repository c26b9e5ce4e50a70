/** @file The form of a section of the clinic: the preview follows the typing, and rows and spans can be added. */

import { icon } from './icon.js';
import { adopt, loadPage } from './own-page.js';
import { fieldsOf } from './requests.js';
import { text } from './texts.js';

const PAUSE = 600;

/** Shows the preview of what was typed last; while something is wrong, the last one stays. */
function startPreview(/** @type {HTMLFormElement} */ form) {
  let waiting = 0;
  let asked = 0;
  form.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void show(), PAUSE);
  });
  async function show() {
    const fields = fieldsOf(form, null);
    const mine = ++asked;
    fields.set('do', 'preview');
    const { page, ok } = await loadPage(form.getAttribute('action') ?? '', fields).catch(() => ({ page: document, ok: false }));
    const found = page.querySelector('.preview');
    const old = document.querySelector('.preview');
    if (mine !== asked || !ok || !found) return;
    const fresh = adopt(/** @type {HTMLElement} */ (found));
    if (old) old.replaceWith(fresh);
    else document.querySelector('.clinic')?.append(fresh);
  }
}

/** A day may have more spans of time than the page has inputs for. */
function startSpans(/** @type {HTMLElement} */ day) {
  const spans = /** @type {HTMLElement} */ (day.querySelector('.spans'));
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'square';
  button.append(icon('plus'));
  button.setAttribute('aria-label', `${text('addSpan')} (${day.querySelector('.label')?.textContent})`);
  button.addEventListener('click', () => {
    const last = /** @type {HTMLElement} */ (button.previousElementSibling);
    const next = /** @type {HTMLElement} */ (last.cloneNode(true));
    for (const input of next.querySelectorAll('input')) input.value = '';
    button.before(next);
    next.querySelector('input')?.focus();
  });
  spans.append(button);
}

/** Each list of rows ends with an empty one that is folded up; a filled one is followed by another. */
function startRows(/** @type {HTMLElement} */ rows) {
  const more = /** @type {HTMLDetailsElement} */ (rows.querySelector(':scope > .more'));
  const blank = /** @type {HTMLElement} */ (more.querySelector('.one')?.cloneNode(true));
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button';
  button.textContent = more.querySelector('summary')?.textContent ?? '';
  button.addEventListener('click', () => {
    const added = /** @type {HTMLElement} */ (blank.cloneNode(true));
    const name = /** @type {string} */ (rows.dataset.rows);
    const number = Math.max(-1, ...[...rows.querySelectorAll('[name]')].map((field) => rowOf(field, name))) + 1;
    renumber(added, name, number);
    for (const day of added.querySelectorAll('.week .day')) startSpans(/** @type {HTMLElement} */ (day));
    button.before(added);
    /** @type {HTMLElement | null} */ (added.querySelector('input, select, textarea'))?.focus();
  });
  more.replaceWith(button);
}

const rowOf = (/** @type {Element} */ field, /** @type {string} */ name) =>
  Number(/** @type {HTMLInputElement} */ (field).name.slice(name.length + 1).split('.')[0]);

function renumber(/** @type {HTMLElement} */ row, /** @type {string} */ name, /** @type {number} */ number) {
  const id = name.replaceAll('.', '-');
  for (const element of [row, ...row.querySelectorAll('*')])
    for (const { name: attribute, value } of [...element.attributes]) {
      const prefix = attribute === 'name' ? `${name}.` : `${id}-`;
      if (['name', 'id', 'for', 'aria-describedby'].includes(attribute) && value.startsWith(prefix))
        element.setAttribute(attribute, value.replace(new RegExp(`^(${prefix.replace('.', '\\.')})\\d+`), `$1${number}`));
    }
}

export function startClinic(/** @type {HTMLFormElement} */ form) {
  for (const rows of form.querySelectorAll('[data-rows]')) startRows(/** @type {HTMLElement} */ (rows));
  for (const day of form.querySelectorAll('.week .day')) startSpans(/** @type {HTMLElement} */ (day));
  document.querySelector('.more-spans')?.remove();
  if (document.querySelector('.preview') || form.dataset.preview !== undefined) startPreview(form);
  /** @type {HTMLElement | null} */ (document.querySelector('.notice.wrong[tabindex]'))?.focus();
}
