/**
 * @file A flow from the outside: opened in a dialog or in the page, closed, opened again.
 *
 * @typedef {import('./types.js').Preselection} Preselection
 */
import { includePractitioner, readCatalogue } from '../api/catalogue.js';
import { serverAt, Unreachable } from '../api/transport.js';
import { createClock } from '../calendar/clock.js';
import { addStyles } from '../styles/add-styles.js';
import css from '../styles/dialog.css';
import { contactLine, phoneLinkOfPage } from '../ui/contact.js';
import { Frame } from '../ui/frame.js';
import { skeleton } from '../ui/skeleton.js';
import { createFlow } from './flow.js';
import * as strings from './strings.js';

const SHEET = new URL('../static/dialog.css', import.meta.url);

/** Fetches the texts, because a visitor is about to open the dialog. @param {Element} host */
export const preload = (host) => strings.load(strings.languageOf(host));

/**
 * @param {HTMLElement} host @param {ShadowRoot} root @param {URL} api
 * @param {(preselection: Preselection) => void} fallBack  leads to the same without the flow
 * @returns {Promise<import('./types.js').Dialog>}
 */
export const start = async (host, root, api, fallBack) => {
  const server = serverAt(api, strings.languageOf(host), host.getAttribute('site'));
  // Requested before the texts have arrived, to save a round trip.
  /** @type {Promise<import('./types.js').Catalogue> | null} */
  let earlyCatalogue = readCatalogue(server);
  earlyCatalogue.catch(() => {});
  const t = await preload(host);
  const isInline = host.hasAttribute('inline');

  /** @param {string} event @param {object} [detail] */
  const emit = (event, detail = {}) =>
    host.dispatchEvent(new CustomEvent(`book-online:${event}`, { bubbles: true, composed: true, detail }));

  const frame = new Frame({ t, isInline, onTrouble: () => emit('problem', { problem: 'Unreachable' }) });
  const dialog = isInline ? null : /** @type {HTMLDialogElement} */ (frame.element);
  if (dialog) root.append(dialog);
  else root.replaceChildren(frame.element);
  addStyles(root, css, SHEET);

  /** @type {ReturnType<typeof createFlow> | null} */
  let current = null;
  let opened = '';
  const isOpen = () => dialog?.open ?? true;
  const close = () => dialog?.close();

  /** @param {Preselection} preselection */
  const begin = async (preselection) => {
    const reading = earlyCatalogue ?? readCatalogue(server);
    earlyCatalogue = null;
    const all = await reading;
    if (preselection.service && !all.services.some(({ slug }) => slug === preselection.service)) {
      console.error(`book-online: no service "${preselection.service}" can be booked.`);
      if (dialog) {
        close();
        return fallBack(preselection);
      }
    }
    const { practitioner } = preselection;
    if (practitioner && !(await includePractitioner(server, all.services, practitioner))) {
      console.error(`book-online: no practitioner "${practitioner}" can be booked.`);
      preselection = { ...preselection, practitioner: undefined };
    }
    const catalogue = bookable(all, preselection);
    const { clinic } = catalogue;
    const clock = createClock({ locale: t.locale, clinic });
    frame.setClinic(clinic.name, contactLine(clinic, { t, clock }));
    await new Promise((done) => setTimeout(done)); // Lets the browser paint.
    const finish = dialog ? close : () => open(preselection);
    // Details that the visitor typed take precedence over those that the page gives.
    const typed = current && !current.isOver() ? filledIn(current.flow.state.patient) : null;
    current = createFlow({ api, isInline, catalogue, preselection, t, clock, server, frame, emit, finish }, isOpen);
    Object.assign(current.flow.state.patient, preselection.patient, typed);
    current.begin();
  };

  /** @param {Preselection} wanted */
  const open = (wanted) => {
    if (dialog?.open) return;
    dialog?.showModal();
    emit('open');
    const preselection = { ...attributesOf(host), ...wanted };
    if (current && opened === JSON.stringify(preselection) && !current.isOver()) {
      frame.focusTitle();
      frame.run(current.resume);
      return;
    }
    opened = JSON.stringify(preselection);
    current?.flow.holds.clear();
    frame.show(skeleton(t), { isQuiet: isInline });
    frame.run(() => begin(preselection).catch((reason) => {
      if (reason instanceof Unreachable) throw reason;
      // Something that this browser lacks: to try again would not help.
      console.error('book-online: the booking could not be shown.', reason);
      close();
      fallBack(preselection);
    }));
  };

  frame.setClinic('', phoneLinkOfPage(host, t));
  frame.closeButton.addEventListener('click', close);
  dialog?.addEventListener('close', () => {
    current?.flow.holds.release();
    emit('close');
  });
  // Typed details are stored nowhere: leaving the page by mistake would lose them.
  window.addEventListener('beforeunload', (event) => {
    if (isOpen() && current?.flow.hasTypedDetails()) event.preventDefault();
  });
  window.addEventListener('pagehide', () => isOpen() && current?.flow.holds.release());
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted && isOpen() && current) frame.run(current.resume);
  });

  return { open, close };
};

/** @param {import('./types.js').Patient} patient */
const filledIn = (patient) => Object.fromEntries(Object.entries(patient).filter(([, value]) => value.trim()));

/** @param {HTMLElement} host @returns {Preselection} */
const attributesOf = (host) =>
  Object.fromEntries(['service', 'practitioner', 'location', 'at'].map((name) => [name, host.getAttribute(name) ?? undefined]));

/** Services with a practitioner; with a preset practitioner, only theirs, if there are any.
 * @param {import('./types.js').Catalogue} catalogue @param {Preselection} preselection */
const bookable = ({ clinic, services }, { practitioner }) => {
  const all = services.filter(({ practitioners }) => practitioners.length);
  const theirs = all.filter(({ practitioners }) => practitioners.some(({ slug }) => slug === practitioner));
  return { clinic, services: theirs.length ? theirs : all };
};
