/**
 * @file The booking of an element while the element lives: opened, closed, moved, changed, removed.
 *
 * @typedef {import('./types.js').Preselection} Preselection
 */
import { loadFormatters } from '../calendar/wall-clock.js';
import { addFrameStyles } from '../styles/add-styles.js';
import css from '../styles/booking.css';
import { nextTask } from '../ui/tasks.js';
import { createBooking } from './booking.js';
import * as strings from './strings.js';
import { Trail } from './trail.js';

/** Fetches the texts, because a visitor is about to open the dialog. @param {Element} host */
export const preload = async (host) => {
  const { locale } = await strings.load(strings.languageOf(host));
  await loadFormatters(locale);
};

/**
 * @param {HTMLElement} host @param {ShadowRoot} root @param {URL} api
 * @param {(preselection: Preselection) => void} fallBack  leads to the same without the flow
 * @returns {Promise<import('./types.js').Dialog>}
 */
export const start = async (host, root, api, fallBack) => {
  const trail = new Trail(host, isHostedPage(host, api));
  const hostedPage = trail.isHosted ? import('./hosted-page.js') : null;
  let before = trail.isHosted
    ? { choice: trail.mark?.choice, isAfterTime: new URLSearchParams(location.search).has('step') } : null;
  const reloaded = () => {
    const told = before;
    before = null;
    return told;
  };
  const place = { host, root, api, fallBack, trail, reloaded };
  let booking = await createBooking(place);
  trail.addressOf = (await hostedPage)?.addressOf ?? null;
  addFrameStyles(root, css, import.meta.url);
  await nextTask();

  /** Drops what the window would hold on to. */
  let connection = new AbortController();
  const connect = () => {
    connection = new AbortController();
    const { signal } = connection;
    // Typed details are stored nowhere: leaving the page by mistake would lose them.
    window.addEventListener('beforeunload', (event) => {
      if (booking.isOpen() && booking.hasTypedDetails()) event.preventDefault();
    }, { signal });
    window.addEventListener('pagehide', () => booking.isOpen() && booking.release(), { signal });
    trail.connect(signal);
    hostedPage?.then(({ keepThroughLanguages }) => keepThroughLanguages(follow, signal));
    window.addEventListener('pageshow', ({ persisted }) => persisted && booking.isOpen() && booking.resume(), { signal });
  };
  /** Another language, or another place in the page, is another booking. */
  const renew = async () => {
    if (booking.fits()) return;
    const former = await booking.handOver();
    booking = await createBooking(place, former);
    booking.goOn(former.wasModal);
  };
  /** Changes that come while one is being made wait for it. @type {Promise<unknown>} */
  let changes = Promise.resolve();
  const follow = () => {
    changes = changes.then(renew, renew).then(() => booking.follow());
  };
  if (host.isConnected) connect();

  return {
    open: async (wanted) => {
      await (changes = changes.then(renew, renew));
      if (host.isConnected) booking.open(wanted);
    },
    close: () => booking.close(),
    follow,
    connect: () => {
      if (!connection.signal.aborted) return booking.arrive();
      connect();
      booking.resume();
    },
    disconnect: () => {
      if (host.isConnected) return;
      connection.abort();
      booking.leave();
    },
  };
};

/** Whether the element is the hosted page's. @param {HTMLElement} host @param {URL} api */
const isHostedPage = (host, api) =>
  host.hasAttribute('inline') && `${location.origin}${location.pathname}/`.startsWith(new URL('book/', api).href);
