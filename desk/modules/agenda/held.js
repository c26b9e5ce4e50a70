/** @file The time that is left of what is held, beside the hour that the page itself says. */

import { agendaOf, now } from './agenda.js';
import { text } from '../texts.js';

const MINUTE = 60;

/** @param {number} seconds */
const words = (seconds) => (seconds > MINUTE ? text('held.left', { n: Math.ceil(seconds / MINUTE) }) : text('held.lastMinute'));

/** Shows it to the eye alone: who listens to the page is told the hour, and not each minute. */
export function showTimeLeft() {
  for (const entry of /** @type {NodeListOf<HTMLElement>} */ (agendaOf()?.querySelectorAll('.held[data-expires]') ?? [])) {
    const seconds = Number(entry.dataset.expires) - now();
    let left = entry.querySelector('.countdown');
    if (!(seconds > 0)) {
      left?.remove();
      continue;
    }
    if (!left) {
      left = document.createElement('span');
      left.className = 'countdown';
      left.setAttribute('aria-hidden', 'true');
      entry.querySelector('.left')?.append(left);
    }
    const said = ` · ${words(seconds)}`;
    if (left.textContent !== said) left.textContent = said;
  }
}
