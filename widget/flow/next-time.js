/** @file The soonest time on a button, kept true while the page is shown. */
import { readNextTime } from '../api/next-time.js';
import { minutesOfOffset } from '../calendar/wall-clock.js';
import { addStyles } from '../styles/add-styles.js';
import css from '../styles/button/next-time.css';
import { languageOf } from './strings.js';

/** A page that is shown again asks again, unless it has just asked. */
const FRESH_MS = 60_000;
const AT_LEAST_EVERY_MS = 300_000;
const AT_MOST_EVERY_MS = 10_000;
const ATTRIBUTES = ['site', 'service', 'practitioner', 'location'];

/** What brings each element up to date. @type {WeakMap<HTMLElement, () => void>} */
const kept = new WeakMap();

/** Shows the time now and from now on; to be called again when the element has another button, or is in the page again.
 * @param {HTMLElement} host @param {URL} api */
export const keepNextTime = (host, api) => {
  if (!kept.has(host)) kept.set(host, keeper(host, /** @type {ShadowRoot} */ (host.shadowRoot), api));
  kept.get(host)?.();
};

/** @param {HTMLElement} host @param {ShadowRoot} root @param {URL} api */
const keeper = (host, root, api) => {
  addStyles(root, css, new URL('../static/next-time.css', import.meta.url));
  const place = document.createElement('span');
  place.className = 'next';
  place.setAttribute('part', 'next');
  let [asked, until, timer, question] = [0, Infinity, 0, ''];

  /** Without a text the button is a plain one of the same width. @param {string | undefined} text */
  const say = (text) => {
    place.textContent = text ?? '';
    place.hidden = text === undefined;
  };
  const ask = async () => {
    clearTimeout(timer);
    if (document.hidden || !host.isConnected) return;
    const own = (asked = Date.now());
    if (asked >= until) say('');
    const [language, site, service, practitioner, location] = JSON.parse(question);
    const { next, skew } = await readNextTime(api, language, site, { service, practitioner, location }).catch(() => ({ next: null, skew: 0 }));
    if (own !== asked) return;
    // The page may be in none of them.
    place.lang = language;
    say(next?.[isOnClockOf(next.slot) ? 'text' : 'textElsewhere']);
    until = next ? Date.parse(next.trueUntil) - skew : Infinity;
    timer = setTimeout(ask, Math.min(Math.max(until - Date.now(), AT_MOST_EVERY_MS), AT_LEAST_EVERY_MS));
  };
  const askIfOld = () => {
    if (!host.isConnected) document.removeEventListener('visibilitychange', askIfOld);
    else if (Date.now() >= Math.min(asked + FRESH_MS, until)) ask();
  };
  const update = () => {
    const control = root.querySelector('.control');
    if (!control || !host.hasAttribute('next')) return;
    if (place.parentNode !== control) {
      const words = document.createElement('span');
      words.append(...control.childNodes);
      control.append(words, place);
      control.classList.add('timed');
    }
    document.addEventListener('visibilitychange', askIfOld);
    const former = question;
    question = JSON.stringify([languageOf(host), ...ATTRIBUTES.map((name) => host.getAttribute(name))]);
    if (question === former) return askIfOld();
    say('');
    ask();
  };
  new MutationObserver(update).observe(host, { attributes: true });
  // The visitor may have taken the very time.
  host.addEventListener('book-online:close', ask);
  return update;
};

/** Whether the visitor's clock shows the same at that time. @param {{startsAt: string}} slot */
const isOnClockOf = ({ startsAt }) => new Date(startsAt).getTimezoneOffset() === -minutesOfOffset(startsAt);
