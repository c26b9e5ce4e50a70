/** @file The words that modules say, in the reader's language: the page brings them as data. */

/** @type {Record<string, string>} */
const texts = JSON.parse(document.getElementById('texts')?.textContent ?? '{}');

/** The locale of the reader's numbers and times (BCP 47). */
export const locale = texts.locale ?? document.documentElement.lang;

/**
 * The text of a key, its `{placeholders}` filled.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export const text = (key, values = {}) => (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

/**
 * The text for this number of things, by the language's plural rule.
 *
 * @param {string} key
 * @param {number} n
 * @param {Record<string, string | number>} [values]
 */
export function count(key, n, values) {
  const form = `${key}.${new Intl.PluralRules(locale).select(n)}`;
  return text(form in texts ? form : `${key}.other`, { n, ...values });
}
