/** @file Dragging a visit over times and columns. A finger scrolls: it moves a visit by the sheet. */

import { HOUR, columnsOf, entryOf, linkOf } from './agenda.js';
import { isGrid } from './grid.js';
import { Preview, STEP } from './preview.js';

const SLACK = 5;
const EDGE = 44;

/** @typedef {{ x: number, y: number }} Point */

/** @param {(preview: Preview) => void} finish */
export function startDragging(finish) {
  /** @type {{ entry: HTMLElement, from: Point, at: Point, scrolled: number, preview?: Preview } | undefined} */
  let drag;

  const stageOf = (/** @type {Element} */ element) => /** @type {HTMLElement} */ (element.closest('.stage'));

  function follow() {
    if (!drag?.preview) return;
    const { preview, from, at } = drag;
    const stage = stageOf(preview.agenda);
    const hour = parseFloat(getComputedStyle(preview.agenda).getPropertyValue('--hour'));
    const way = at.y - from.y + stage.scrollTop - drag.scrolled;
    const start = preview.origin.start + Math.round(((way / hour) * HOUR) / STEP) * STEP;
    const column = columnsOf(preview.agenda).find((one) => at.x < one.getBoundingClientRect().right) ?? preview.columns.at(-1);
    preview.show({ column: /** @type {HTMLElement} */ (column), start });
  }

  /** Scrolls while the pointer is at an edge of the stage. */
  function scrollAtEdges() {
    if (!drag?.preview) return;
    const stage = stageOf(drag.preview.agenda);
    const { top, bottom, left, right } = stage.getBoundingClientRect();
    const { x, y } = drag.at;
    const pull = (/** @type {number} */ near, /** @type {number} */ far) => (near < EDGE ? near - EDGE : far < EDGE ? EDGE - far : 0) / 4;
    const [across, down] = [pull(x - left, right - x), pull(y - top - EDGE, bottom - y)];
    if (across || down) {
      stage.scrollBy({ left: across, top: down, behavior: 'instant' });
      follow();
    }
    requestAnimationFrame(scrollAtEdges);
  }

  function stop() {
    drag?.preview?.remove();
    document.body.classList.remove('is-moving');
    drag = undefined;
  }

  document.addEventListener('pointerdown', (event) => {
    const entry = entryOf(event.target);
    if (event.button || event.pointerType === 'touch' || !isGrid() || !entry?.matches('.agenda .visit')) return;
    const from = { x: event.clientX, y: event.clientY };
    drag = { entry, from, at: from, scrolled: stageOf(entry).scrollTop };
  });
  document.addEventListener('pointermove', (event) => {
    if (!drag) return;
    drag.at = { x: event.clientX, y: event.clientY };
    const { entry, from, at } = drag;
    if (!drag.preview) {
      if (Math.hypot(at.x - from.x, at.y - from.y) < SLACK || !linkOf(entry)) return;
      drag.preview = new Preview(entry);
      document.body.classList.add('is-moving');
      scrollAtEdges();
    }
    follow();
  });
  document.addEventListener('pointerup', () => {
    const preview = drag?.preview;
    if (!preview) return void (drag = undefined);
    drag = undefined;
    document.body.classList.remove('is-moving');
    // The press that ends a drag is not one on the link.
    addEventListener('click', (event) => (event.preventDefault(), event.stopPropagation()), { capture: true, once: true });
    setTimeout(() => dispatchEvent(new Event('click')));
    finish(preview);
  });
  document.addEventListener('pointercancel', stop);
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !drag?.preview) return;
    event.stopPropagation();
    stop();
  }, { capture: true });
  // A link would be dragged as an address.
  document.addEventListener('dragstart', (event) => entryOf(event.target) && event.preventDefault());
}
