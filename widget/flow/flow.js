/**
 * @file The order of the steps, and the state between them.
 *
 * @typedef {import('./types.js').Flow} Flow
 * @typedef {import('./types.js').Step} Step
 * @typedef {import('./types.js').StepName} StepName
 * @typedef {Pick<Flow, 'api' | 'isInline' | 'catalogue' | 'preselection' | 't' | 'clock' | 'server' | 'frame' | 'emit' | 'finish' | 'trail'>}
 *   Options
 */
import { callStep } from '../steps/call.js';
import { confirmedStep } from '../steps/confirmed.js';
import { detailsStep } from '../steps/details.js';
import { screeningStep } from '../steps/screening.js';
import { loadServices, serviceStep } from '../steps/service.js';
import { offerOtherTimes, timeStep } from '../steps/time.js';
import { HeldSlots } from './held-slots.js';

const PATH = [serviceStep, timeStep, screeningStep, detailsStep];
const STEPS = [...PATH, confirmedStep, callStep];
/** How long the page before a reload may take to release its time: that request can arrive after this page's own. */
const RELEASED_MS = 1_000;

/** @returns {import('./types.js').State} */
const freshState = () => ({
  service: null,
  practitioner: null,
  location: null,
  hours: null,
  held: [null],
  day: null,
  nearestTo: null,
  answers: new Map(),
  isScreened: false,
  suitableServices: [],
  isWaiting: false,
  wishes: null,
  joined: null,
  isOutcomeUnknown: false,
  patient: { name: '', contactName: '', email: '', phone: '' },
  isForOther: false,
  note: '',
  consentTextId: null,
  booked: null,
});

/** @param {Options} options @param {() => boolean} isOpen */
export const createFlow = (options, isOpen) => {
  const { catalogue, preselection, frame, emit, isInline } = options;
  const state = freshState();
  const holds = new HeldSlots(state, options.server, isOpen);
  let step = serviceStep;
  /** Loaded when a visitor asks for them. @type {{path: Step[], end: Step} | null} */
  let waiting = null;

  /** @param {Step} candidate */
  const isNeeded = (candidate) => candidate.isNeeded?.(flow) ?? true;
  /** The steps that this visitor sees. Before a service is chosen, any of them may be needed. */
  const path = () => (state.service ? way().filter(isNeeded) : PATH);
  /** The steps from a service to a booking, or to the waiting list. */
  const way = () => (state.isWaiting && waiting?.path) || PATH;
  /** @param {StepName} name */
  const find = (name) => [...STEPS, ...(waiting ? [...waiting.path, waiting.end] : [])].find((candidate) => candidate.name === name);
  /** Whether each choice of a service leads to as many steps: a number that is shown stays true. */
  const isCounted = () =>
    state.service !== null || catalogue.services.every(({ screeningQuestions }) => screeningQuestions.length > 0);

  /** @param {Step} current @returns {Step} */
  const after = (current) => {
    const rest = way().slice(Math.max(way().indexOf(current), 0) + 1);
    return rest.find((candidate) => isNeeded(candidate) && !(candidate === screeningStep && state.isScreened)) ?? current;
  };

  /** Whether what the step needs has been chosen and answered. @param {Step} candidate */
  const isReached = (candidate) =>
    (['service', 'time', 'wishes'].includes(candidate.name) && isNeeded(candidate))
      || ((state.isWaiting || !state.held.includes(null)) && path().includes(candidate)
      && (candidate === screeningStep || state.isScreened || !isNeeded(screeningStep)));

  /** Writes the step into its entry of the history. @param {boolean} [isBack] */
  const mark = (isBack = false) => {
    // That a visitor must call reveals a health answer.
    const name = step === callStep ? 'time' : step.name;
    options.trail.enter(name, {
      isBack: isBack || step.isEnd,
      choice: { practitioner: state.practitioner, location: state.location },
      address: () => options.trail.addressOf?.(options.api, state, name),
    });
  };

  /** @param {Step} to @param {{isQuiet?: boolean, isBack?: boolean}} [how] quiet: the page keeps the focus */
  const enter = (to, { isQuiet = false, isBack = false } = {}) => {
    if (!to.show) {
      frame.run(async () => {
        await loadServices();
        enter(to, { isQuiet, isBack });
      });
      return;
    }
    step = to;
    // Both ways begin with these two.
    if ([serviceStep, timeStep].includes(to)) state.isWaiting = false;
    if (to.name === 'wishes') state.isWaiting = true;
    const index = path().indexOf(to);
    const former = to === callStep ? serviceStep : path()[index - 1];
    frame.show(
      { back: former ? () => options.trail.back(former.name) || enter(former, { isBack: true }) : null, ...to.show(flow) },
      { step: index < 0 || !isCounted() ? null : [index + 1, path().length], isQuiet },
    );
    // That a visitor must call reveals a health answer, so the page gets no event of that step.
    if (to !== callStep) emit('step', { step: to.name });
    mark(isBack);
  };

  const loadWaiting = async () => {
    const { loadSteps } = await import('../waiting/waiting-list.js');
    waiting = await loadSteps(flow);
  };

  options.trail.listener = {
    show: (name) => {
      const to = find(name);
      if (frame.isBusy) return false;
      if (step.isEnd) options.finish();
      else if (!to || !isReached(to)) return false;
      else enter(to, { isBack: true });
      return true;
    },
    leave: options.finish,
  };

  /** @type {Flow} */
  const flow = {
    ...options,
    state,
    holds,
    next: () => enter(after(step)),
    goTo: (name) => enter(find(name) ?? serviceStep),
    wait: async () => {
      await loadWaiting();
      flow.goTo('wishes');
    },
    chooseService: (service) => {
      if (service.id === state.service?.id) return;
      state.service = service;
      holds.clear();
      state.practitioner = service.practitioners.find(({ slug }) => slug === preselection.practitioner)?.id ?? null;
      state.answers.clear();
      state.isScreened = false;
    },
    showsDay: (day) => {
      state.day = day;
      if (step === timeStep) mark();
    },
    hasInput: () => state.held.some((held) => held !== null) || state.answers.size > 0 || flow.hasTypedDetails(),
    hasTypedDetails: () => !step.isEnd && [...Object.values(state.patient), state.note].some((value) => value.trim()),
  };

  return {
    flow,
    /** Starts behind the choices that the page has made; Back leads to them. A time that the address asks to go on with
     * is held. @param {import('./types.js').Reloaded | null} reloaded */
    begin: async (reloaded) => {
      const service = catalogue.services.find(({ slug }) => slug === preselection.service);
      state.location = catalogue.clinic.locations.find(({ slug }) => slug === preselection.location)?.id ?? null;
      if (service) flow.chooseService(service);
      if (preselection.at) state.nearestTo = (await import('./wished-time.js')).wishedTime(preselection.at, catalogue.clinic);
      if (service && reloaded) Object.assign(state, reloaded.choice);
      const location = catalogue.clinic.locations.find(({ id }, _, all) => id === state.location || all.length === 1);
      const wished = reloaded?.isAfterTime && service?.visits === 1 && location ? state.nearestTo : null;
      if (!service) await loadServices();
      enter(service ? after(serviceStep) : serviceStep, { isQuiet: isInline });
      if (!wished || !location) return;
      let problems = await holds.take(0, wished, location.id);
      if (holds.taken) {
        await new Promise((done) => setTimeout(done, RELEASED_MS));
        // Meanwhile the visitor may have chosen another time.
        if (step !== timeStep || holds.all.length) return;
        problems = await holds.take(0, wished, location.id);
      }
      if (problems.length) await offerOtherTimes(flow, problems);
      else enter(after(timeStep), { isQuiet: isInline });
    },
    /** Holds the chosen times again, after the dialog was closed. */
    resume: async () => {
      if (!holds.all.length || state.isOutcomeUnknown || state.booked) return;
      const problems = await holds.renew();
      if (problems.length) await offerOtherTimes(flow, problems);
      else enter(step, { isQuiet: isInline });
    },
    /** Goes on where a flow in another language or frame was.
     * @param {{flow: Flow, step: () => StepName}} former */
    goOn: async ({ flow: { state: chosen, holds: held }, step: name }) => {
      const service = catalogue.services.find(({ id }) => id === chosen.service?.id) ?? null;
      Object.assign(state, chosen, { service });
      holds.released = held.released;
      if (chosen.service && !service) holds.clear();
      // Booked visits have their service's name in the former language.
      for (const visit of state.booked?.appointments ?? []) Object.assign(visit.service, service && { name: service.name, preparation: service.preparation });
      const to = state.isWaiting ? await loadWaiting().then(name, () => timeStep.name) : name();
      const next = (service || state.booked ? find(to) : null) ?? serviceStep;
      if (!next.show) await loadServices();
      enter(next, { isQuiet: isInline });
    },
    step: () => step.name,
    isOver: () => step.isEnd === true,
  };
};
