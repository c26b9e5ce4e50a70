/**
 * @file A practitioner as patients see them: a face, a profession, languages.
 *
 * @typedef {Pick<import('../flow/types.js').Practitioner, 'name' | 'photo'>} Person
 */
import { h } from './element.js';

/** A photo over initials, which stay where it can't be shown. The photo comes from the server that the widget
 * talks to. @param {Person} person @param {import('../api/transport.js').Server} server */
export const face = ({ name, photo }, { endpoint }) => h('span', { class: 'face', 'aria-hidden': 'true', 'data-initials': initials(name) },
  photo && h('img', {
    src: new URL(new URL(photo.url).pathname, endpoint).href, alt: '', width: 48, height: 48, loading: 'lazy',
    onerror: (/** @type {any} */ { target }) => target.remove(),
  }));

/** "SP" of "Dr. Sample Practitioner". @param {string} name */
const initials = (name) => {
  const words = name.split(' ').filter((word) => !word.endsWith('.'));
  return [words.shift(), words.pop()].map((word) => word?.[0] ?? '').join('');
};

/** "Physiotherapist · English, French" @param {{title: string | null, languages: string[]}} person
 * @param {import('../flow/types.js').Translate} t */
export const titleAndLanguages = ({ title, languages }, t) => {
  const names = new Intl.DisplayNames(t.locale, { type: 'language' });
  return [title, languages.map((language) => names.of(language)).join(', ')].filter(Boolean).join(' · ');
};
