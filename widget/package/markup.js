/** @file What the wrappers of all frameworks render: the element, its attributes, its events, and the link inside. */
import { hostedPage, load } from './index.js';

/** The ends of the events' names. */
export const EVENTS = /** @type {const} */ (['open', 'step', 'booked', 'problem', 'close']);

/** @typedef {import('./index.d.ts').Options} Options */

/** Absent where they have no value. @param {Partial<Options>} options @returns {Record<string, string | undefined>} */
export const attributesOf = ({ service, practitioner, location, at, lang, site, phone, inline, bare, next, noMatch, noHistory }) => ({
  service, practitioner, location, at, lang, site, phone,
  inline: inline ? '' : undefined,
  bare: bare ? '' : undefined,
  next: next ? '' : undefined,
  'no-match': noMatch ? '' : undefined,
  'no-history': noHistory ? '' : undefined,
});

/** What visitors get before the script has loaded, or without it. A bare element shows nothing. @param {Options} options */
export const linkOf = (options) => (options.bare ? null : hostedPage(options.server, options));

/** In the browser. Where it fails the link stays, and the console says why. @param {string} server */
export const start = (server) => {
  load(server).catch((reason) => console.error('book-online:', reason));
};
