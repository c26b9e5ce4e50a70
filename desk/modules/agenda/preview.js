/** @file Where a visit would land: drawn while it is moved, and until the server has answered. */

import { agendaOf, clockTime, columnsOf, linkOf, spanOf, spanOfDay } from './agenda.js';
import { place } from './grid.js';

export const STEP = 300;

/** @typedef {{ column: HTMLElement, start: number }} Target */

/** A move that has begun, and not yet ended. */
export class Preview {
  /** @param {HTMLElement} entry */
  constructor(entry) {
    this.entry = entry;
    const { start, end } = spanOf(entry);
    this.length = end - start;
    /** @type {Target} */
    this.origin = { column: /** @type {HTMLElement} */ (entry.closest('.column')), start };
    this.target = this.origin;
    this.ghost = document.createElement('li');
    this.ghost.className = `${entry.className} preview moving`;
    this.ghost.setAttribute('aria-hidden', 'true');
    Object.assign(this.ghost.dataset, { status: entry.dataset.status });
    const copy = /** @type {HTMLElement} */ (/** @type {Element} */ (linkOf(entry)).cloneNode(true));
    copy.removeAttribute('href');
    copy.removeAttribute('tabindex');
    this.time = document.createElement('span');
    this.time.className = 'target-time';
    this.ghost.append(copy, this.time);
    entry.classList.add('lifted');
    this.show(this.origin);
  }

  /** The agenda may have been replaced meanwhile. */
  get agenda() {
    return /** @type {HTMLElement} */ (agendaOf());
  }

  get columns() {
    return columnsOf(this.agenda);
  }

  get clock() {
    return clockTime(this.agenda, this.target.start);
  }

  get isBack() {
    return this.target.start === this.origin.start && this.target.column === this.origin.column;
  }

  /** Shows it at a time and in a column, both of this day. @param {Target} target */
  show({ column, start }) {
    const day = spanOfDay(this.agenda);
    this.target = { column, start: Math.max(day.start, Math.min(start, day.end - this.length)) };
    place(this.agenda, this.ghost, { start: this.target.start, end: this.target.start + this.length });
    this.time.textContent = this.clock;
    const list = /** @type {HTMLElement} */ (column.querySelector('.entries'));
    if (this.ghost.parentElement !== list) list.append(this.ghost);
  }

  remove() {
    this.ghost.remove();
    document.querySelector('.lifted')?.classList.remove('lifted');
  }
}
