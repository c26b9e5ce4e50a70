/** @file Here is how the style sheets come in: adopted, so that a page's strict CSP has nothing to forbid. */

const FILES = ['frame.css', 'parts.css', 'calendar.css'];

/** @type {Promise<CSSStyleSheet[]> | undefined} */
let loading;

export const load = () => {
  loading ??= Promise.all(FILES.map(read));
  loading.catch(() => (loading = undefined));
  return loading;
};

/** @param {string} file */
const read = async (file) => {
  const answer = await fetch(new URL(file, import.meta.url));
  if (!answer.ok) throw new Error(`${file} could not be loaded: ${answer.status}`);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await answer.text());
  return sheet;
};
