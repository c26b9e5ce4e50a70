/**
 * @file A booking in one language and one frame: begun, resumed, and handed on to another frame.
 *
 * @typedef {import('./types.js').Preselection} Preselection
 * @typedef {object} Place
 * @property {HTMLElement} host
 * @property {ShadowRoot} root
 * @property {URL} api
 * @property {(preselection: Preselection) => void} fallBack  leads to the same without the flow
 * @property {import('./trail.js').Trail} trail
 * @property {() => import('./types.js').Reloaded | null} reloaded  what a page that was reloaded knows; told once
 *
 * @typedef {ReturnType<typeof createFlow>} OwnFlow
 * @typedef {{element: HTMLElement, flow: OwnFlow | null, opened: string, wanted: Preselection}} Former
 */
import { readCatalogue } from '../api/catalogue.js';
import { serverAt, Unreachable } from '../api/transport.js';
import { createClock } from '../calendar/clock.js';
import { loadFormatters } from '../calendar/wall-clock.js';
import { loadServices } from '../steps/service.js';
import { contactLine, phoneLinkOfPage } from '../ui/contact.js';
import { Frame } from '../ui/frame.js';
import { behaveAsModal, showModal } from '../ui/modal.js';
import { skeleton } from '../ui/skeleton.js';
import { nextTask } from '../ui/tasks.js';
import { createFlow } from './flow.js';
import * as strings from './strings.js';

/** @param {Place} place @param {Former} [former]  in another language or frame: what was chosen and typed is kept */
export const createBooking = async ({ host, root, api, fallBack, trail, reloaded }, former) => {
  const language = strings.languageOf(host);
  const isInline = host.hasAttribute('inline');
  const server = serverAt(api, language, host.getAttribute('site'));
  // Requested before the texts have arrived, to save a round trip.
  /** @type {Promise<import('./types.js').Catalogue> | null} */
  let earlyCatalogue = readCatalogue(server);
  earlyCatalogue.catch(() => {});
  const formatters = loadFormatters(language); // While the request is on its way.
  formatters.catch(() => {});
  if (!host.hasAttribute('service')) loadServices().catch(() => {});
  const t = await strings.load(language);

  /** An element that the page took away has nothing to bubble through: who listens at the document still hears it.
   * @param {string} event @param {object} [detail] */
  const emit = (event, detail = {}) => {
    for (const target of host.isConnected ? [host] : [host, document]) {
      target.dispatchEvent(new CustomEvent(`book-online:${event}`, { bubbles: true, composed: true, detail }));
    }
  };

  const frame = new Frame({
    t,
    isInline,
    onTrouble: () => emit('problem', { problem: 'Unreachable' }),
    hasInput: () => latest()?.flow.hasInput() ?? false,
  });
  const dialog = isInline ? null : /** @type {HTMLDialogElement} */ (frame.element);
  if (dialog) behaveAsModal(dialog);

  /** @type {OwnFlow | null} */
  let current = null;
  let { wanted = /** @type {Preselection} */ ({}), opened = '' } = former ?? {};
  /** The times of the former booking were never given back. */
  let isHolding = false;
  const latest = () => current ?? former?.flow ?? null;
  const isOpen = () => host.isConnected && (dialog?.open ?? true);
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
    const isListed = all.services.some(({ practitioners }) => practitioners.some(({ slug }) => slug === practitioner));
    if (practitioner && !isListed && !(await (await import('../api/practitioners.js')).includePractitioner(server, all.services, practitioner))) {
      console.error(`book-online: no practitioner "${practitioner}" can be booked.`);
      preselection = { ...preselection, practitioner: undefined };
    }
    const catalogue = bookable(all, preselection);
    const { clinic } = catalogue;
    await formatters;
    const clock = createClock({ locale: t.locale, clinic });
    frame.setClinic(clinic.name, contactLine(clinic, { t, clock }));
    await nextTask();
    const finish = dialog ? close : () => show({});
    const before = latest();
    const goesOn = !current && former?.opened === opened;
    current = createFlow({ api, isInline, catalogue, preselection, t, clock, server, frame, emit, finish, trail }, isOpen);
    // Details that the visitor typed take precedence over those that the page gives.
    const typed = before && !before.isOver() ? filledIn(before.flow.state.patient) : null;
    Object.assign(current.flow.state.patient, preselection.patient, typed);
    if (before && goesOn) {
      await current.goOn(before);
      return isHolding ? undefined : current.resume();
    }
    before?.flow.holds.clear();
    await current.begin(reloaded());
  };

  /** @param {Preselection} given  takes precedence over the attributes */
  const show = (given) => {
    wanted = given;
    const preselection = { ...attributesOf(host), ...given };
    if (current && opened === JSON.stringify(preselection) && !current.isOver()) {
      frame.focusTitle();
      resume();
      return;
    }
    opened = JSON.stringify(preselection);
    frame.show(skeleton(t), { isQuiet: isInline });
    frame.run(() => begin(preselection).catch((reason) => {
      if (reason instanceof Unreachable) throw reason;
      // Something that this browser lacks: to try again would not help.
      console.error('book-online: the booking could not be shown.', reason);
      close();
      fallBack(preselection);
    }));
  };
  const resume = () => current && frame.run(current.resume);
  const release = () => latest()?.flow.holds.release();

  frame.setClinic('', phoneLinkOfPage(host, t));
  frame.closeButton.addEventListener('click', close);
  const leave = () => {
    release();
    // A page that goes elsewhere at this event finds its own entry of the history.
    if (host.isConnected) trail.leave().then(() => emit('close'));
    else {
      trail.forget();
      emit('close');
    }
  };
  dialog?.addEventListener('close', leave);
  if (former) former.element.replaceWith(frame.element);
  else if (dialog) root.append(dialog);
  else root.replaceChildren(frame.element);

  return {
    close,
    isOpen,
    release,
    resume,
    hasTypedDetails: () => latest()?.flow.hasTypedDetails() ?? false,
    /** @param {Preselection} given */
    open: (given) => {
      if (dialog?.open) return;
      if (dialog) showModal(dialog, host);
      emit('open');
      show(given);
    },
    /** The element was taken out of the page. */
    leave: () => {
      if (!dialog) leave();
      else if (dialog.open) close();
    },
    /** The element was moved: a dialog is not modal any more. */
    arrive: () => {
      if (!dialog?.open) return;
      dialog.open = false;
      showModal(dialog, host);
    },
    /** Shows what the element asks for by now. */
    follow: () => {
      if (isOpen() && opened !== JSON.stringify({ ...attributesOf(host), ...wanted })) show(wanted);
    },
    /** Whether it is in the element's present language and place. */
    fits: () => language === strings.languageOf(host) && isInline === host.hasAttribute('inline'),
    /** When nothing is being done for the visitor any more: what the next booking goes on from.
     * @returns {Promise<Former & {wasModal: boolean}>} */
    handOver: async () => {
      await frame.settled;
      const flow = latest();
      const wasModal = dialog?.open ?? false;
      return { element: frame.element, flow: flow?.isOver() && !isOpen() ? null : flow, opened, wanted, wasModal };
    },
    /** @param {boolean} wasModal  the former booking was an open dialog */
    goOn: (wasModal) => {
      if (isInline || wasModal) {
        isHolding = true;
        if (dialog) showModal(dialog, host);
        show(wanted);
      } else release();
    },
  };
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
