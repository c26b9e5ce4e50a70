/** @file The desk's grid, drawn from the page that the server sends, and one visit of it changed. */

import { layOut } from '../../../desk/modules/agenda/grid.js';
import { patch } from '../../../desk/modules/agenda/patch.js';
import { setStops } from '../../../desk/modules/agenda/roving.js';

const policy = globalThis.trustedTypes?.createPolicy('bench', { createHTML: (html) => html });
const parse = (html) => new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, 'text/html');

/** From the text of the page to elements at their hours. */
export function draw(html) {
  const agenda = document.importNode(parse(html).querySelector('#agenda'), true);
  agenda.classList.add('is-grid');
  document.querySelector('#agenda').replaceWith(agenda);
  layOut(agenda);
  setStops();
}

/** The page again, with one visit that differs. */
export const change = (html) => patch(parse(html));
export const count = () => document.querySelectorAll('.is-grid .visit').length;
