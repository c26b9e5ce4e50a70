/** @file The agenda as a grid: each entry at its hours, as custom properties that the style sheet reads. */

import { HOUR, agendaOf, columnsOf, entriesOf, now, spanOf, spanOfDay } from './agenda.js';

/** @typedef {import('./agenda.js').Span} Span */

const wide = matchMedia('screen and (min-width: 48rem)');
const THIN = 25 / 60;
const TALL = 38 / 60;
const TINY = 12 / 60;

/**
 * @param {HTMLElement} element
 * @param {Record<string, number>} properties
 */
const setProperties = (element, properties) => {
  for (const [name, value] of Object.entries(properties)) element.style.setProperty(`--${name}`, String(+value.toFixed(5)));
};

/**
 * Places an element at its hours of the day.
 *
 * @param {HTMLElement} agenda
 * @param {HTMLElement} element
 * @param {Span} span
 */
export function place(agenda, element, { start, end }) {
  const from = (start - spanOfDay(agenda).start) / HOUR;
  const length = (end - start) / HOUR;
  setProperties(element, { from, length });
  element.classList.toggle('tiny', length < TINY);
  element.classList.toggle('thin', length < THIN);
  element.classList.toggle('tall', length >= TALL);
}

/** Lanes beside each other for entries that overlap: a squeeze-in and the visit that it is squeezed in with. */
function setLanes(/** @type {HTMLElement[]} */ entries) {
  /** @type {{ entry: HTMLElement, lane: number }[]} */
  let cluster = [];
  /** @type {number[]} */
  let ends = [];
  const close = () => {
    for (const { entry, lane } of cluster) {
      if (ends.length > 1 || entry.classList.contains('beside')) setProperties(entry, { lane, lanes: ends.length });
      entry.classList.toggle('beside', ends.length > 1);
    }
    cluster = [];
    ends = [];
  };
  for (const entry of entries) {
    const { start, end } = spanOf(entry);
    if (ends.every((before) => before <= start)) close();
    const free = ends.findIndex((before) => before <= start);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = end;
    cluster.push({ entry, lane });
  }
  close();
}

/**
 * Places what is new in a column, and the lanes of all.
 *
 * @param {HTMLElement} agenda
 * @param {HTMLElement} column
 * @param {HTMLElement[]} [fresh]
 */
export function layOutColumn(agenda, column, fresh = entriesOf(column)) {
  for (const entry of fresh) place(agenda, entry, spanOf(entry));
  const timed = entriesOf(column).filter((entry) => !entry.classList.contains('open-hours'));
  setLanes(timed.sort((one, other) => spanOf(one).start - spanOf(other).start));
}

/** @param {HTMLElement} agenda */
export function layOut(agenda) {
  const { start, end } = spanOfDay(agenda);
  setProperties(agenda, { span: (end - start) / HOUR, columns: columnsOf(agenda).length });
  for (const hour of agenda.querySelectorAll('.hours > li')) {
    const mark = /** @type {HTMLElement} */ (hour);
    setProperties(mark, { from: (Number(mark.dataset.start) - start) / HOUR });
  }
  for (const column of columnsOf(agenda)) layOutColumn(agenda, column);
}

export const isGrid = () => Boolean(agendaOf()?.classList.contains('is-grid'));

/** Brings the line for now, or else the first visit, to a third of the height. */
export function scrollToNow() {
  const agenda = agendaOf();
  const stage = agenda?.closest('.stage');
  if (!agenda || !stage || !isGrid()) return;
  const { start, end } = spanOfDay(agenda);
  if (now() < start || now() >= end) return;
  const line = agenda.querySelector('.now');
  if (line) stage.scrollTop += line.getBoundingClientRect().top - stage.getBoundingClientRect().top - stage.clientHeight / 3;
}

/** @param {() => void} changed is called when the grid became a list, or the list a grid */
export function startGrid(changed) {
  const show = (/** @type {boolean} */ grid) => {
    agendaOf()?.classList.toggle('is-grid', grid);
    document.body.classList.toggle('has-grid', grid);
    changed();
  };
  const agenda = agendaOf();
  if (agenda) layOut(agenda);
  wide.addEventListener('change', () => show(wide.matches));
  addEventListener('beforeprint', () => show(false));
  addEventListener('afterprint', () => show(wide.matches));
  show(wide.matches);
}
