/** @file The widget's texts in the visitor's language: section `widget` of a file in `locales/`. */

/**
 * @template {string} K
 * @typedef {K extends `${infer Stem}.other` ? Stem : never} Stem
 */
/**
 * @typedef {typeof import('../../locales/en.json')} Locale
 * @typedef {keyof (Locale['widget'] & Locale['waitingList'])} Key
 * @typedef {Stem<Key>} CountKey  a key with a form for each of the language's plurals
 * @typedef {Record<string, string | number>} Values
 * @typedef {{(key: Key, values?: Values): string, count: (key: CountKey, n: number, values?: Values) => string,
 *   language: string, locale: string, direction: string, texts: Record<string, string>}} Translate  `texts` grows by those
 *   that are loaded later
 */

/** The server fills in its languages, the one to fall back on first. */
const LANGUAGES = '__LANGUAGES__'.split(' ');

/** The language of the nearest `lang`, where there is a file for it. @param {Element} element */
export const languageOf = (element) => {
  const tag = `${nearest(element)?.getAttribute('lang') || document.documentElement.lang}-`.toLowerCase();
  return LANGUAGES.find((language) => tag.startsWith(`${language.toLowerCase()}-`)) ?? /** @type {string} */ (LANGUAGES[0]);
};

/** Also out of shadow roots that the page made. @param {Element} element @returns {Element | null} */
const nearest = (element) => {
  const closest = element.closest('[lang]');
  const root = element.getRootNode();
  return closest || !(root instanceof ShadowRoot) ? closest : nearest(root.host);
};

/** @type {Map<string, Promise<Translate>>} */
const loading = new Map();

/** @param {string} language @returns {Promise<Translate>} */
export const load = (language) => {
  const started = loading.get(language);
  if (started) return started;
  const promise = fetchTexts(language);
  loading.set(language, promise);
  promise.catch(() => loading.delete(language));
  return promise;
};

/** @param {string} language @returns {Promise<Translate>} */
const fetchTexts = async (language) => {
  const response = await fetch(new URL(`../strings/__ENTRY__/${language}.json`, import.meta.url));
  if (!response.ok) throw new Error(`The strings could not be loaded: ${response.status}`);
  /** @type {{locale: string, direction: string, texts: Record<string, string>}} */
  const { locale, direction, texts } = await response.json();
  const plural = new Intl.PluralRules(locale);
  /** @param {string} key @param {Values} [values] */
  const t = (key, values = {}) => (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  /** @param {CountKey} key @param {number} n @param {Values} [values] */
  const count = (key, n, values = {}) => {
    const form = `${key}.${plural.select(n)}`;
    return t(form in texts ? form : `${key}.other`, { n, ...values });
  };
  return Object.assign(t, { count, language, locale, direction, texts });
};
