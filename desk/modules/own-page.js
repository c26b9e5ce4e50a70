/** @file Pages of the desk, fetched and parsed. */

/** The page asks by itself: that is no use of the session, which ends where nobody uses it. */
export const BACKGROUND = { 'Book-Online-Background': 'refresh' };

/** When the session ends by what a page of the server says; never on pages that say nothing. */
const endIn = (/** @type {Document} */ page) => (page.body.dataset.secondsLeft ? Date.now() + Number(page.body.dataset.secondsLeft) * 1000 : Infinity);

let end = endIn(document);

/** When the session ends unless it is used, in milliseconds as `Date.now()` has them. */
export const sessionEnd = () => end;

// Scripts of parsed pages never run, and all addresses are of this origin.
const policy = globalThis.trustedTypes?.createPolicy('desk', { createHTML: (html) => html });

/**
 * An element of a fetched page, for this one.
 *
 * @template {Element} Kind
 * @param {Kind} element
 */
export function adopt(element) {
  const made = document.importNode(element, true);
  // Chromium draws no icon from another file in what was parsed apart, until its address is set here.
  for (const use of made.querySelectorAll('use')) use.setAttribute('href', use.getAttribute('href') ?? '');
  return made;
}

/** @typedef {{ page: Document, ok: boolean }} Answer */

/**
 * A page of this origin. Who is signed out goes to the page that says so.
 *
 * @param {string | URL} address
 * @param {{ [field: string]: string } | URLSearchParams} [fields] sent as a form
 * @param {{ [name: string]: string }} [headers]
 * @returns {Promise<Answer>}
 */
export async function loadPage(address, fields, headers) {
  const { origin, pathname, search } = new URL(address, location.href);
  if (origin !== location.origin) throw new TypeError(`not of this origin: ${origin}`);
  const response = await fetch(pathname + search, {
    headers: { Accept: 'text/html', ...headers },
    ...(fields && { method: 'POST', body: new URLSearchParams(fields) }),
  });
  if (new URL(response.url).pathname.startsWith('/desk/sign-in')) location.assign(response.url);
  const html = await response.text();
  const page = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, 'text/html');
  if (page.body.dataset.secondsLeft) end = endIn(page);
  return { page, ok: response.ok };
}
