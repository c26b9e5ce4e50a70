/** @file The line for now. It follows the server's clock. */

import { agendaOf, clockTime, now, spanOfDay } from './agenda.js';
import { place } from './grid.js';

/** Draws the line where it belongs, or takes it away on another day. */
export function drawNow() {
  const agenda = agendaOf();
  if (!agenda) return;
  const instant = now();
  const { start, end } = spanOfDay(agenda);
  let line = /** @type {HTMLElement | null} */ (agenda.querySelector('.now'));
  if (!(instant >= start && instant < end)) return line?.remove();
  if (!line) {
    line = document.createElement('div');
    line.className = 'now';
    line.setAttribute('aria-hidden', 'true');
    line.append(document.createElement('time'));
    agenda.append(line);
  }
  place(agenda, line, { start: instant, end: instant });
  // The line is narrow: the hour and the minutes have to do.
  const time = /** @type {HTMLElement} */ (line.firstElementChild);
  const words = clockTime(agenda, instant).replace(/\s*[ap]\.?m\.?$/i, '');
  if (time.textContent !== words) time.textContent = words;
}
