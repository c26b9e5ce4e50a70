/** @file The style sheet of all steps: adopted, so that a page's strict CSP has nothing to forbid. */
import css from './dialog.css';

export const dialogSheet = new CSSStyleSheet();
dialogSheet.replaceSync(css);
