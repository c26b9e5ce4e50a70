/** @file Booking by phone without leaving the keyboard: the list follows the typing, and Enter goes on. */

import { adopt, loadPage } from './own-page.js';

const PAUSE = 200;

const search = () => /** @type {HTMLInputElement | null} */ (document.querySelector('#book-search'));
const people = () => /** @type {HTMLElement | null} */ (document.querySelector('.booking .people'));

/** Shows the patients that a search has found, without losing what was typed meanwhile. */
async function showPeople(/** @type {HTMLFormElement} */ form) {
  const query = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const { page } = await loadPage(`${form.getAttribute('action')}?${query}`);
  const found = page.querySelector('.booking .people');
  if (query.get('q') === search()?.value && found) people()?.replaceWith(adopt(/** @type {HTMLElement} */ (found)));
}

function startSearch(/** @type {HTMLInputElement} */ field) {
  const form = /** @type {HTMLFormElement} */ (field.form);
  let waiting = 0;
  field.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void showPeople(form).catch(() => {}), PAUSE);
  });
  form.addEventListener('submit', async (event) => {
    if (!field.value.trim()) return;
    event.preventDefault();
    clearTimeout(waiting);
    await showPeople(form).catch(() => form.submit());
    /** @type {HTMLElement | null} */ (people()?.querySelector('a'))?.click();
  });
}

/** Up and down go through the times, Enter takes one: the buttons of a list are one stop each otherwise. */
function startTimes() {
  const times = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.booking .time')]);
  for (const [index, time] of times.entries())
    time.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      times[(index + step + times.length) % times.length]?.focus();
    });
  const hold = /** @type {HTMLFormElement | null} */ (document.querySelector('form[action="/desk/book/hold"]'));
  const typed = /** @type {HTMLInputElement[]} */ ([...(hold?.querySelectorAll('[name=name], [name=phone], [name=email]') ?? [])]);
  // Another service or day is no reason to ask for the name again.
  document.querySelector('form[action="/desk/book/times"]')?.addEventListener('formdata', (event) => {
    for (const { name, value } of typed) /** @type {FormDataEvent} */ (event).formData.set(name, value);
  });
}

/** On the page of questions `n` says "no" to all, and Escape lets the time go. */
function startQuestions(/** @type {HTMLElement} */ button) {
  document.addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    if (event.key === 'n' && !target.matches('input:not([type=radio], [type=checkbox]), textarea, select')) {
      // Before the desk's own keys, where `n` is the next free time.
      event.stopImmediatePropagation();
      event.preventDefault();
      button.click();
    }
    if (event.key === 'Escape') /** @type {HTMLFormElement | null} */ (document.querySelector('form[action="/desk/book/release"]'))?.requestSubmit();
  }, true);
}

export function startBooking() {
  const noToAll = /** @type {HTMLElement | null} */ (document.querySelector('.read-aloud [data-key=n]'));
  const field = search();
  if (noToAll) startQuestions(noToAll);
  else {
    if (field) startSearch(field);
    startTimes();
    // Browsers heed the attribute only where nothing else has the focus.
    /** @type {HTMLElement | null} */ (document.querySelector('.booking [autofocus]'))?.focus();
  }
}
