/** @file A visit's sheet beside the day: the visit's own page, shown without leaving this one. */

import { agendaOf, entryOf, linkOf } from './agenda/agenda.js';
import { adopt, loadPage } from './own-page.js';
import { fieldsOf, send } from './requests.js';
import { focusEntry } from './agenda/roving.js';
import { icon } from './icon.js';
import { text } from './texts.js';

/** @type {{ address: string, visit: string } | undefined} */
let opened;

export const openSheet = () => /** @type {HTMLElement | null} */ (document.querySelector('body > .sheet'));

/** The visit whose sheet is open. */
export const visitOfSheet = () => (opened ? document.getElementById(opened.visit) : null);

function markCurrent() {
  for (const link of agendaOf()?.querySelectorAll('.entry > a[aria-current]') ?? []) link.removeAttribute('aria-current');
  const entry = visitOfSheet();
  if (entry) linkOf(entry)?.setAttribute('aria-current', 'true');
}

/** @param {Document} page */
function fill(page) {
  const found = page.querySelector('.sheet');
  if (!found) return false;
  const sheet = /** @type {HTMLElement} */ (adopt(found));
  sheet.tabIndex = -1;
  sheet.setAttribute('role', 'region');
  const close = sheet.querySelector('.close') ?? document.createElement('button');
  if (!close.isConnected && !sheet.contains(close)) {
    close.className = 'square close';
    close.setAttribute('type', 'button');
    close.setAttribute('aria-label', text('close'));
    close.append(icon('close'));
    (sheet.querySelector('header') ?? sheet).append(close);
  }
  openSheet()?.remove();
  document.querySelector('.stage')?.after(sheet);
  markCurrent();
  return true;
}

/**
 * Opens the sheet of a visit, or that of a block.
 *
 * @param {HTMLAnchorElement} link
 */
export async function showSheet(link) {
  const address = link.href;
  const visit = entryOf(link)?.id ?? '';
  const { page, ok } = await loadPage(address);
  opened = { address, visit };
  if (!ok || !fill(page)) return location.assign(address);
  openSheet()?.focus();
}

/** Closes the sheet; the focus goes back to the visit. */
export function closeSheet() {
  const entry = visitOfSheet();
  const held = openSheet()?.contains(document.activeElement);
  openSheet()?.remove();
  opened = undefined;
  markCurrent();
  if (held) focusEntry(entry);
}

/** Shows the sheet anew after a change, with the focus where it was. */
export async function renewSheet() {
  if (!opened || !openSheet()) return;
  const id = document.activeElement?.id;
  const held = openSheet()?.contains(document.activeElement);
  const { address } = opened;
  const { page, ok } = await loadPage(address);
  // Meanwhile it may have been closed, or show another visit.
  if (opened?.address !== address || !openSheet()) return;
  if (!ok || !fill(page)) return closeSheet();
  if (held) ((id && document.getElementById(id)) || openSheet())?.focus();
}

/** Shows the sheet anew when somebody else changed its visit, unless something is typed in it. */
export async function followVisit() {
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('body > .sheet :is(input, textarea)'));
  if (![...fields].some((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked)) await renewSheet();
}

/** Whether this form is sent without leaving the page. */
const staysHere = (/** @type {HTMLFormElement} */ form) => form.method === 'post' && form.closest('body > .sheet, main > .toast');

export function startSheet() {
  document.addEventListener('click', (event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (target.closest('body > .sheet .close')) {
      event.preventDefault();
      return closeSheet();
    }
    const link = /** @type {HTMLAnchorElement | null} */ (target.closest('.agenda .visit > a'));
    if (!link) return;
    event.preventDefault();
    void showSheet(link).catch(() => location.assign(link.href));
  });
  document.addEventListener('submit', async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!staysHere(form)) return;
    event.preventDefault();
    const answer = await send(form.action, fieldsOf(form, event.submitter));
    if (!answer) return;
    // A refusal keeps what was typed: its page has the sheet again, with the reason.
    if (!answer.ok && fill(answer.page)) openSheet()?.focus();
    else await renewSheet();
  });
}
