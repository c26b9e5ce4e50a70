/** @file Changes: a form of the desk sent without leaving the page, and what the answer says. */

import { announce } from './announce.js';
import { agendaOf } from './agenda/agenda.js';
import { adopt, loadPage } from './own-page.js';
import { patch, refresh } from './agenda/patch.js';
import { text } from './texts.js';

/** @typedef {import('./own-page.js').Answer} Answer */

/** @param {HTMLElement | null} toast */
function showToast(toast) {
  document.querySelector('.toast')?.remove();
  if (toast) document.querySelector('main')?.append(toast);
}

/** @param {string} words */
function showProblem(words) {
  const toast = document.createElement('div');
  const line = document.createElement('p');
  toast.className = 'toast wrong';
  line.textContent = words;
  toast.append(line);
  showToast(toast);
  announce(words);
}

/** The page to go to after a change: this one. */
export const here = () => location.pathname + location.search;

export const wordsOf = (/** @type {Element | null} */ element) => element?.textContent?.replace(/\s+/g, ' ').trim() ?? '';

/** Why the server refused, in its own words. */
const reasonIn = (/** @type {Document} */ page) =>
  [...page.querySelectorAll('[role=alert], .notice.wrong, .callout.wrong, .error')].map(wordsOf).find(Boolean) ?? text('failed');

/**
 * Sends a change, shows the day as it is then, and says what came of it.
 *
 * @param {string} address
 * @param {{ [field: string]: string } | URLSearchParams} fields
 * @returns {Promise<Answer | undefined>} nothing if the server could not be reached
 */
export async function send(address, fields) {
  /** @type {Answer} */
  let answer;
  try {
    answer = await loadPage(address, fields);
  } catch {
    showProblem(text('unreachable'));
    return undefined;
  }
  const { page, ok } = answer;
  if (agendaOf(page)?.dataset.date === agendaOf()?.dataset.date && agendaOf(page)) patch(page);
  else await refresh().catch(() => []);
  if (!ok) {
    showProblem(reasonIn(page));
    return answer;
  }
  const toast = page.querySelector('.toast');
  showToast(toast && adopt(/** @type {HTMLElement} */ (toast)));
  if (toast) announce(wordsOf(toast.querySelector('p') ?? toast));
  return answer;
}

/** The fields of a form, with the button that sends it. */
export const fieldsOf = (/** @type {HTMLFormElement} */ form, /** @type {HTMLElement | null} */ button) =>
  new URLSearchParams([...new FormData(form, button)].map(([name, value]) => [name, String(value)]));
