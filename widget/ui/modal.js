/** @file A modal dialog over somebody else's page: the page behind it stays where it is, and the keyboard covers nothing. */

/** Grows out of its button. @param {HTMLDialogElement} dialog @param {Element} host */
export const showModal = (dialog, host) => {
  // Safari gives a pressed button no focus; when the dialog closes, the focus goes back to where it is now.
  if (document.activeElement === document.body) /** @type {HTMLElement | null} */ (host.shadowRoot?.querySelector('.control'))?.focus({ preventScroll: true });
  dialog.showModal();
  const [button, own] = [host.getBoundingClientRect(), dialog.getBoundingClientRect()];
  dialog.style.transformOrigin = `${button.x + button.width / 2 - own.x}px ${button.y + button.height / 2 - own.y}px`;
};

/** Closes at a press beside it, and keeps the page from scrolling while it is open.
 * @param {HTMLDialogElement} dialog */
export const behaveAsModal = (dialog) => {
  dialog.setAttribute('closedby', 'any');
  let beganOutside = false;
  /** @param {MouseEvent} event */
  const isOutside = ({ target, clientX, clientY }) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    return target === dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom);
  };
  // Browsers of before 2025. Text that is selected by dragging out of the dialog doesn't close it.
  if (!('closedBy' in HTMLDialogElement.prototype)) {
    dialog.addEventListener('mousedown', (event) => (beganOutside = isOutside(event)));
    dialog.addEventListener('click', (event) => beganOutside && isOutside(event) && dialog.close());
  }

  const { visualViewport } = window;
  const fit = () => {
    // A page that is zoomed in shows a part of itself, whatever the keyboard does.
    if (!visualViewport || visualViewport.scale > 1.01) return;
    const covered = Math.max(0, innerHeight - visualViewport.height - visualViewport.offsetTop);
    dialog.style.setProperty('--keyboard', `${covered}px`);
    const field = /** @type {ShadowRoot} */ (dialog.getRootNode()).activeElement;
    if (covered && field) field.scrollIntoView({ block: 'nearest' });
  };
  new MutationObserver(() => {
    hold(dialog.open);
    if (dialog.open) visualViewport?.addEventListener('resize', fit);
    else visualViewport?.removeEventListener('resize', fit);
  }).observe(dialog, { attributeFilter: ['open'] });
};

/** The page's own styles while it is held; a dialog in another language takes the place of one that is open.
 * @type {{overflow: string, scrollbarGutter: string} | null} */
let held = null;

/** @param {boolean} isHeld */
const hold = (isHeld) => {
  const { style, clientWidth, clientHeight, scrollHeight } = document.documentElement;
  if (isHeld && !held && scrollHeight > clientHeight) {
    held = { overflow: style.overflow, scrollbarGutter: style.scrollbarGutter };
    // The place of a scrollbar stays, so that nothing moves.
    Object.assign(style, { overflow: 'hidden' }, innerWidth > clientWidth && { scrollbarGutter: 'stable' });
  } else if (!isHeld && held) {
    Object.assign(style, held);
    held = null;
  }
};
