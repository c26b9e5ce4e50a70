/** @file The front desk: what a browser adds to its pages, which work without it. */

import { startIdle } from './access/idle.js';
import { agendaOf } from './agenda/agenda.js';
import { showTimeLeft } from './agenda/held.js';
import { scrollToNow, startGrid } from './agenda/grid.js';
import { startBooking } from './book.js';
import { startClinic } from './clinic.js';
import { startKeys } from './keys.js';
import { startLive } from './agenda/live.js';
import { startMoving } from './agenda/move.js';
import { drawNow } from './agenda/now-line.js';
import { setStops, startRoving } from './agenda/roving.js';
import { startSheet } from './sheet.js';

startKeys();
startIdle();
if (document.querySelector('.booking')) startBooking();
const clinic = document.querySelector('form[data-clinic]');
if (clinic) startClinic(/** @type {HTMLFormElement} */ (clinic));
if (agendaOf()) {
  startGrid(setStops);
  drawNow();
  setInterval(drawNow, 20_000);
  showTimeLeft();
  setInterval(showTimeLeft, 30_000);
  scrollToNow();
  startRoving();
  startSheet();
  startMoving();
  startLive();
}
