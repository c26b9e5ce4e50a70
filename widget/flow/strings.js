/** @file Here is all that the widget says, in the visitor's language: one JSON file a language. */

/**
 * @template {string} K
 * @typedef {K extends `${infer Stem}.other` ? Stem : never} Stem
 */
/**
 * @typedef {keyof typeof import('../strings/en.json')} Key
 * @typedef {Stem<Key>} CountKey  a key with `.one` and `.other`
 * @typedef {Record<string, string | number>} Values
 * @typedef {{(key: Key, values?: Values): string, count: (key: CountKey, n: number, values?: Values) => string,
 *   language: string, locale: string, direction: string}} Say
 */

const LANGUAGES = ['en', 'fr'];

/** The language of the nearest `lang`, where we speak it. @param {Element} element */
export const languageOf = (element) => {
  const asked = nearest(element)?.getAttribute('lang') || document.documentElement.lang;
  const language = asked.toLowerCase().split('-')[0] ?? '';
  return LANGUAGES.includes(language) ? language : 'en';
};

/** Also out of the shadow roots of others. @param {Element} element @returns {Element | null} */
const nearest = (element) => {
  const found = element.closest('[lang]');
  const root = element.getRootNode();
  return found || !(root instanceof ShadowRoot) ? found : nearest(root.host);
};

/** @type {Map<string, Promise<Say>>} */
const loading = new Map();

/** @param {string} language @returns {Promise<Say>} */
export const load = (language) => {
  const found = loading.get(language);
  if (found) return found;
  const promise = read(language);
  loading.set(language, promise);
  promise.catch(() => loading.delete(language));
  return promise;
};

/** @param {string} language */
const read = async (language) => {
  const answer = await fetch(new URL(`../strings/${language}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`The strings could not be loaded: ${answer.status}`);
  return saying(/** @type {Record<Key, string>} */ (await answer.json()), language);
};

/** @param {Record<Key, string>} texts @param {string} language @returns {Say} */
const saying = (texts, language) => {
  const plural = new Intl.PluralRules(texts.locale);
  /** @param {Key} key @param {Values} [values] */
  const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  return Object.assign(say, {
    /** @param {CountKey} key @param {number} n @param {Values} [values] */
    count: (key, n, values = {}) =>
      say(/** @type {Key} */ (`${key}.${plural.select(n) === 'one' ? 'one' : 'other'}`), { n, ...values }),
    language,
    locale: texts.locale,
    direction: texts.direction,
  });
};
