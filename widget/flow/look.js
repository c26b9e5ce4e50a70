/** @file Here is how the style sheet comes in: adopted, so that a page's strict CSP has nothing to forbid. */

/** @type {Promise<CSSStyleSheet> | undefined} */
let loading;

export const load = () => {
  loading ??= read();
  loading.catch(() => (loading = undefined));
  return loading;
};

const read = async () => {
  const answer = await fetch(new URL('look.css', import.meta.url));
  if (!answer.ok) throw new Error(`The style sheet could not be loaded: ${answer.status}`);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await answer.text());
  return sheet;
};
