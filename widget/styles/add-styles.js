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
