/**
 * @file The order of the steps, and the state between them.
 *
 * @typedef {import('./types.js').Flow} Flow
 * @typedef {import('./types.js').Step} Step
 * @typedef {import('./types.js').StepName} StepName
 * @typedef {Pick<Flow, 'api' | 'isInline' | 'catalogue' | 'preselection' | 't' | 'clock' | 'server' | 'frame' | 'emit' | 'finish'>}
 *   Options
 */
import { callStep } from '../steps/call.js';
import { confirmedStep } from '../steps/confirmed.js';
import { detailsStep } from '../steps/details.js';
import { screeningStep } from '../steps/screening.js';
import { serviceStep } from '../steps/service.js';
import { offerOtherTimes, timeStep } from '../steps/time.js';
import { HeldSlots } from './held-slots.js';
import { wishedTime } from './wished-time.js';

const PATH = [serviceStep, timeStep, screeningStep, detailsStep];
const STEPS = [...PATH, confirmedStep, callStep];

/** @returns {import('./types.js').State} */
const freshState = () => ({
  service: null,
  practitioner: null,
  location: null,
  held: [null],
  nearestTo: null,
  answers: new Map(),
  isScreened: false,
  suitableServices: [],
  isOutcomeUnknown: false,
  patient: { name: '', email: '', phone: '' },
  consentTextId: null,
  booked: null,
});

/** @param {Options} options @param {() => boolean} isOpen */
export const createFlow = (options, isOpen) => {
  const { catalogue, preselection, frame, emit, isInline } = options;
  const state = freshState();
  const holds = new HeldSlots(state, options.server, isOpen);
  let step = serviceStep;

  /** @param {Step} candidate */
  const isNeeded = (candidate) => candidate.isNeeded?.(flow) ?? true;
  /** The steps that this visitor sees. Before a service is chosen, any of them may be needed. */
  const path = () => (state.service ? PATH.filter(isNeeded) : PATH);

  /** @param {Step} current @returns {Step} */
  const after = (current) => {
    const rest = PATH.slice(PATH.indexOf(PATH.includes(current) ? current : serviceStep) + 1);
    return rest.find((candidate) => isNeeded(candidate) && !(candidate === screeningStep && state.isScreened)) ?? detailsStep;
  };

  /** @param {Step} to @param {boolean} [isQuiet] the page keeps the focus */
  const enter = (to, isQuiet) => {
    step = to;
    const index = path().indexOf(to);
    const former = to === callStep ? serviceStep : path()[index - 1];
    frame.show(
      { back: former ? () => enter(former) : null, ...to.show(flow) },
      { step: index < 0 ? null : [index + 1, path().length], isQuiet },
    );
    // That a visitor must call reveals a health answer, so the page gets no event of that step.
    if (to !== callStep) emit('step', { step: to.name });
  };

  /** @type {Flow} */
  const flow = {
    ...options,
    state,
    holds,
    next: () => enter(after(step)),
    goTo: (name) => enter(STEPS.find((candidate) => candidate.name === name) ?? serviceStep),
    chooseService: (service) => {
      if (service.id === state.service?.id) return;
      state.service = service;
      holds.clear();
      state.practitioner = service.practitioners.find(({ slug }) => slug === preselection.practitioner)?.id ?? null;
      state.answers.clear();
      state.isScreened = false;
    },
    hasTypedDetails: () => !state.booked && Object.values(state.patient).some((value) => value.trim()),
  };

  return {
    flow,
    /** Starts behind the choices that the page has made; Back leads to them. */
    begin: () => {
      const service = catalogue.services.find(({ slug }) => slug === preselection.service);
      state.location = catalogue.clinic.locations.find(({ slug }) => slug === preselection.location)?.id ?? null;
      if (service) flow.chooseService(service);
      state.nearestTo = wishedTime(preselection.at ?? '', options.clock);
      enter(service ? after(serviceStep) : serviceStep, isInline);
    },
    /** Holds the chosen times again, after the dialog was closed. */
    resume: async () => {
      if (!holds.all.length || state.isOutcomeUnknown || state.booked) return;
      const problems = await holds.renew();
      if (problems.length) offerOtherTimes(flow, problems);
      else enter(step, isInline);
    },
    /** Goes on where a flow in another language or frame was.
     * @param {{flow: Flow, step: () => StepName}} former */
    goOn: ({ flow: { state: chosen, holds: held }, step: name }) => {
      const service = catalogue.services.find(({ id }) => id === chosen.service?.id) ?? null;
      Object.assign(state, chosen, { service });
      holds.released = held.released;
      if (chosen.service && !service) holds.clear();
      // Booked visits have their service's name in the former language.
      for (const visit of state.booked?.appointments ?? []) Object.assign(visit.service, service && { name: service.name, preparation: service.preparation });
      enter(STEPS.find((candidate) => candidate.name === (service || state.booked ? name() : 'service')) ?? serviceStep, isInline);
    },
    step: () => step.name,
    isOver: () => step === confirmedStep,
  };
};
