/** @file Style sheets in shadow roots. */

/**
 * Adopts the sheet, so that a page's strict CSP has nothing to forbid. Safari before 16.4 can't: it gets a link to the
 * same sheet.
 *
 * @param {ShadowRoot} root @param {string} css @param {URL} address  of the sheet as a file
 */
export const addStyles = (root, css, address) => {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = address.href;
    root.append(link);
  }
};

/** Adds the sheet of the dialog and the pages, and in older browsers what they lack.
 * @param {ShadowRoot} root @param {string} css @param {string} flow  the address of a module beside the sheets' folder */
export const addFrameStyles = (root, css, flow) => {
  /** @param {string} name */
  const file = (name) => new URL(`../static/${name}.css`, flow);
  addStyles(root, css, file('dialog'));
  if (!CSS.supports('color', 'light-dark(red,red)')) import('./fallback/older.css').then(({ default: older }) => addStyles(root, older, file('older'))).catch(() => {});
};

/** @type {Map<string, CSSStyleSheet>} */
const added = new Map();

/** Adopts the rules of a module that few journeys load. A sheet that was linked has them. @param {Element} element @param {string} css */
export const addRules = (element, css) => {
  const root = /** @type {ShadowRoot} */ (element.getRootNode());
  if (!root.adoptedStyleSheets?.length) return;
  const sheet = added.get(css) ?? new CSSStyleSheet();
  if (root.adoptedStyleSheets.includes(sheet)) return;
  sheet.replaceSync(css);
  added.set(css, sheet);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
};
