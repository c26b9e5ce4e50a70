/** @file `/embed`: shows each choice at once, and copies the lines. In its frame: gives the element its colour. */

import { readPage } from '../../widget/ui/read-page.js';

const PAUSE_MS = 250;
/** What a choice changes. */
const PARTS = ['.screen', '#lines'];

const form = /** @type {HTMLFormElement | null} */ (document.querySelector('form#choices'));
const copy = /** @type {HTMLButtonElement | null} */ (document.querySelector('#copy'));

const element = /** @type {HTMLElement | null} */ (document.querySelector('book-online[data-accent]'));
element?.style.setProperty('--book-online-accent', element.dataset['accent'] ?? '');

let timer = 0;
let latest = '';
const show = async () => {
  if (!form) return;
  const address = `/embed?${new URLSearchParams(/** @type {any} */ (new FormData(form)))}`;
  latest = address;
  try {
    const page = await readPage(address);
    if (latest !== address) return;
    for (const part of PARTS) document.querySelector(part)?.replaceWith(document.adoptNode(/** @type {Element} */ (page.querySelector(part))));
    document.querySelector('#copied')?.replaceChildren();
    history.replaceState(null, '', address);
  } catch {
    // The page itself says what is wrong.
    location.assign(address);
  }
};

form?.addEventListener('input', ({ target }) => {
  const box = /** @type {HTMLInputElement} */ (form.elements.namedItem('own'));
  if (target instanceof HTMLInputElement && target.type === 'color') box.checked = true;
});
// Also those outside of the form that belong to it.
document.addEventListener('input', ({ target }) => {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement) || target.form !== form) return;
  clearTimeout(timer);
  timer = setTimeout(show, PAUSE_MS);
});
form?.querySelector('.show')?.remove();

if (copy) {
  copy.hidden = false;
  copy.addEventListener('click', async () => {
    const lines = /** @type {HTMLTextAreaElement} */ (document.querySelector('#lines'));
    const status = /** @type {HTMLElement} */ (document.querySelector('#copied'));
    try {
      await navigator.clipboard.writeText(lines.value);
      status.textContent = status.dataset['done'] ?? '';
    } catch {
      // A page that is not https, or a browser that refuses: the visitor presses the keys.
      lines.select();
      status.textContent = status.dataset['select'] ?? '';
    }
  });
}
