/**
 * @file The hosted page: its address, and its change of language without being loaded anew, so that what the visitor typed
 * and answered stays.
 */
import { readPage } from '../ui/read-page.js';

/** Of a step: service, day or time, and the step. Nothing of the visitor is in it.
 * @param {URL} api @param {import('./types.js').State} state @param {import('./types.js').StepName} step */
export const addressOf = (api, { service, held, day }, step) => {
  const url = new URL(step === 'service' || !service ? 'book' : `book/${service.slug}`, api);
  const query = new URLSearchParams(location.search);
  const startsAt = held.length === 1 ? held[0]?.slot.startsAt : null;
  const at = step === 'time' ? day : ['screening', 'details'].includes(step) ? startsAt : null;
  query.delete('step');
  query.delete('at');
  if (at) query.set('at', at === day ? day : new Date(at).toISOString().replace(':00.000', ''));
  if (startsAt && at === startsAt) query.set('step', step);
  url.search = query.toString().replaceAll('%3A', ':');
  return url;
};

/** What the page says around the booking. */
const PARTS = ['.skip', 'header', 'h1', 'footer'];

/** @param {() => void} follow  to be called when the page's language has changed @param {AbortSignal} signal */
export const keepThroughLanguages = (follow, signal) =>
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element && event.target.closest('a[hreflang]');
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const address = new URL(location.href);
    address.searchParams.set('lang', link.hreflang);
    readPage(address).then((page) => {
      show(page);
      history.replaceState(history.state, '', address.href.replaceAll('%3A', ':'));
      follow();
    }).catch(() => location.assign(address));
  }, { signal });

/** @param {Document} page */
const show = (page) => {
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  document.documentElement.dir = page.documentElement.dir;
  for (const part of PARTS) {
    const found = page.querySelector(part);
    if (found) document.querySelector(part)?.replaceWith(document.adoptNode(found));
  }
  /** @type {HTMLElement | null} */ (document.querySelector('a[hreflang]'))?.focus();
};
