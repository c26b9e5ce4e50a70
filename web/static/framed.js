/**
 * @file In the hosted page while it is shown in a frame: tells the page around how high it is and what happens in it, and
 * takes on that page's look.
 *
 * It speaks only to a page that has greeted it (`frame.js`), and only to that page's origin. Which pages may show it in a
 * frame at all is said by the Content Security Policy of the response.
 */
const EVENTS = ['open', 'step', 'booked', 'problem', 'close'];

/** The origin of the page around. @type {string | null} */
let embedder = null;

/** @param {Record<string, unknown>} message */
const send = (message) => {
  if (embedder) window.parent.postMessage({ bookOnline: message }, embedder);
};
const sendHeight = () => send({ height: Math.ceil(document.body.getBoundingClientRect().height) });

if (window.parent !== window) {
  window.addEventListener('message', (event) => {
    const greeting = event.source === window.parent && event.data?.bookOnline;
    // A page without an origin ("null") can't be addressed.
    if (!greeting || !/^https?:/.test(event.origin)) return;
    embedder = event.origin;
    for (const [name, value] of Object.entries(greeting.look ?? {})) {
      if (name === 'color-scheme' || name.startsWith('--book-online-')) document.documentElement.style.setProperty(name, String(value));
    }
    sendHeight();
  });
  new ResizeObserver(sendHeight).observe(document.body);
  for (const name of EVENTS) {
    document.addEventListener(`book-online:${name}`, (event) => send({ event: name, detail: /** @type {CustomEvent} */ (event).detail }));
  }
}
