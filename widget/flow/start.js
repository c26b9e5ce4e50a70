/**
 * @file Here is where a flow begins: opened in a dialog or in the page, closed, opened again.
 *
 * @typedef {import('./types.js').Wish} Wish
 */
import { createClient } from '../api/client.js';
import { contact, phoneOfPage } from '../ui/contact.js';
import { createFlow } from './flow.js';
import { createFrame } from '../ui/frame.js';
import { dialogSheet } from '../styles/dialog-sheet.js';
import * as strings from './strings.js';
import { createClock } from '../calendar/clock.js';
import { waiting } from '../ui/skeleton.js';

/** Fetches what the first step needs, because somebody is about to ask for it. @param {Element} host */
export const warm = (host) => strings.load(strings.languageOf(host));

/**
 * @param {HTMLElement} host @param {ShadowRoot} root @param {URL} api
 * @param {(wish: Wish) => void} leave  to the hosted page, as a link would
 * @returns {Promise<import('./types.js').Opened>}
 */
export const start = async (host, root, api, leave) => {
  const client = createClient({ api, language: strings.languageOf(host), site: host.getAttribute('site') });
  // Asked for while the rest is still coming.
  /** @type {Promise<import('./types.js').Catalogue> | null} */
  let early = client.catalogue();
  early.catch(() => {});
  const say = await warm(host);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, dialogSheet];
  const isInline = host.hasAttribute('inline');

  /** @param {string} event @param {object} [detail] */
  const tell = (event, detail = {}) =>
    host.dispatchEvent(new CustomEvent(`book-online:${event}`, { bubbles: true, composed: true, detail }));

  const frame = createFrame({ say, isInline, onTrouble: () => tell('problem', { problem: 'Unreachable' }) });
  const dialog = frame.element instanceof HTMLDialogElement ? frame.element : null;
  if (dialog) root.append(dialog);
  else root.replaceChildren(frame.element);

  /** @type {ReturnType<typeof createFlow> | null} */
  let current = null;
  let asked = '';
  const isOpen = () => dialog?.open ?? true;

  /** @param {Wish} wish */
  const begin = async (wish) => {
    const asking = early ?? client.catalogue();
    early = null;
    const all = await asking;
    if (wish.service && !all.services.some(({ slug }) => slug === wish.service)) {
      console.error(`book-online: no service "${wish.service}" can be booked.`);
      if (dialog) {
        dialog.close();
        return leave(wish);
      }
    }
    const catalogue = narrowed(all, wish);
    const { clinic } = catalogue;
    const clock = createClock({ locale: say.locale, zone: clinic.timeZone });
    frame.setClinic(clinic.name, contact(clinic, clock, say));
    await new Promise((done) => setTimeout(done)); // Between two pieces of work the browser may paint.
    const finish = dialog ? () => dialog.close() : () => open(wish);
    // What was typed goes before what the page knows, as long as there is something.
    const former = current && !current.isOver() ? typed(current.flow.state.patient) : null;
    current = createFlow({ api, isInline, catalogue, wish, say, clock, client, frame, tell, finish }, isOpen);
    Object.assign(current.flow.state.patient, wish.patient, former);
    current.begin();
  };

  /** @param {Wish} wanted */
  const open = (wanted) => {
    if (dialog?.open) return;
    dialog?.showModal();
    tell('open');
    const wish = { ...wishOf(host), ...wanted };
    if (current && asked === JSON.stringify(wish) && !current.isOver()) {
      frame.focusTitle();
      frame.run(current.resume);
      return;
    }
    asked = JSON.stringify(wish);
    current?.flow.holds.clear();
    frame.show(waiting(say), { isQuiet: isInline });
    frame.run(() => begin(wish));
  };

  frame.setClinic('', phoneOfPage(host, say));
  frame.close.addEventListener('click', () => dialog?.close());
  dialog?.addEventListener('close', () => {
    current?.flow.holds.release();
    tell('close');
  });
  // A page that is left by mistake would take along what was typed: nothing of it is kept anywhere.
  window.addEventListener('beforeunload', (event) => {
    if (isOpen() && current?.flow.isTyped()) event.preventDefault();
  });
  window.addEventListener('pagehide', () => isOpen() && current?.flow.holds.release());
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted && isOpen() && current) frame.run(current.resume);
  });

  return { open, close: () => dialog?.close() };
};

/** @param {import('./types.js').Patient} patient */
const typed = (patient) => Object.fromEntries(Object.entries(patient).filter(([, value]) => value.trim()));

/** @param {HTMLElement} host @returns {Wish} */
const wishOf = (host) =>
  Object.fromEntries(['service', 'practitioner', 'location', 'at'].map((name) => [name, host.getAttribute(name) ?? undefined]));

/** Only what somebody delivers; with a preset practitioner, what they deliver.
 * @param {import('./types.js').Catalogue} catalogue @param {Wish} wish */
const narrowed = ({ clinic, services }, { practitioner }) => {
  const all = services.filter(({ practitioners }) => practitioners.length);
  const theirs = all.filter(({ practitioners }) => practitioners.some(({ slug }) => slug === practitioner));
  return { clinic, services: theirs.length ? theirs : all };
};
