/**
 * @file Addresses and links that open the dialog.
 *
 * @typedef {import('./types.js').Button} Button
 */

/**
 * `?book`, or `?book=dry-needling`. Mail programs add punctuation to a link, and write its `=` as `=3D`.
 */
const REQUESTED = new URLSearchParams(location.search).get('book')?.replace(/^3D|[^\w]+$|\s+/g, '').toLowerCase() ?? '';

/** Opens the dialog, if this is the element that the page's address asks for. @param {Button} element */
export const openRequested = (element) => {
  if (element === (find(`[service="${CSS.escape(REQUESTED)}"]`) ?? find(':not([bare])'))) element.open(REQUESTED ? { service: REQUESTED } : {});
};

/** @param {string} selector */
const find = (selector) => document.querySelector(`book-online${selector}`);

/** The element behind each `<a href="..." data-book-online data-service="...">`, for site builders that strip unknown tags.
 * @type {Map<Element, Button>} */
const elements = new Map();

/** @param {HTMLElement} link */
export const elementOf = (link) => {
  for (const [former, element] of elements) {
    if (!former.isConnected) {
      element.remove();
      elements.delete(former);
    }
  }
  const known = elements.get(link);
  if (known) return known;
  const element = /** @type {Button} */ (document.createElement('book-online'));
  elements.set(link, element);
  const lang = link.closest('[lang]')?.getAttribute('lang');
  for (const [name, value] of Object.entries({ ...(lang && { lang }), ...link.dataset, bare: '' })) {
    if (name !== 'bookOnline') element.setAttribute(name, value ?? '');
  }
  document.body.append(element);
  return element;
};
