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
