/**
 * @file Here is the order of the steps, and what is remembered between them.
 *
 * @typedef {import('./types.js').Flow} Flow
 * @typedef {import('./types.js').State} State
 * @typedef {import('./types.js').Step} Step
 * @typedef {Pick<Flow, 'api' | 'isInline' | 'catalogue' | 'wish' | 'say' | 'clock' | 'client' | 'frame' | 'tell' | 'finish'>} Given
 */
import { createHolds } from './holds.js';
import { callStep } from '../steps/call.js';
import { confirmedStep } from '../steps/confirmed.js';
import { detailsStep } from '../steps/details.js';
import { screeningStep } from '../steps/screening.js';
import { serviceStep } from '../steps/service.js';
import { offerOtherTimes, timeStep } from '../steps/time.js';

const PATH = [serviceStep, timeStep, screeningStep, detailsStep];
const STEPS = [...PATH, confirmedStep, callStep];

/** @returns {State} */
const freshState = () => ({
  service: null,
  practitioner: null,
  location: null,
  visits: [null],
  near: null,
  answers: new Map(),
  isCleared: false,
  suitable: [],
  isUnanswered: false,
  patient: { name: '', email: '', phone: '' },
  booked: null,
});

/** @param {Given} given @param {() => boolean} isOpen */
export const createFlow = (given, isOpen) => {
  const { catalogue, wish, frame, tell } = given;
  const state = freshState();
  const holds = createHolds(state, given.client, isOpen);
  let step = serviceStep;

  /** @param {Step} of @returns {Step} */
  const after = (of) => {
    const rest = PATH.slice(PATH.indexOf(PATH.includes(of) ? of : serviceStep) + 1);
    return rest.find((one) => one.isNeeded(flow) && !(one === screeningStep && state.isCleared)) ?? detailsStep;
  };
  /** @param {Step} of */
  const before = (of) => PATH.slice(0, Math.max(PATH.indexOf(of), 0)).filter((one) => one.isNeeded(flow)).at(-1);

  /** @param {Step} to @param {boolean} [isQuiet] the page keeps the focus */
  const enter = (to, isQuiet) => {
    step = to;
    const isOnPath = PATH.includes(to);
    // Before a service is chosen, all steps may come.
    const path = state.service ? PATH.filter((one) => one.isNeeded(flow)) : PATH;
    const former = to === callStep ? serviceStep : before(to);
    frame.show(
      { back: former && to !== confirmedStep ? () => enter(former) : null, ...to.show(flow) },
      { step: isOnPath ? [path.indexOf(to) + 1, path.length] : null, isQuiet },
    );
    // That somebody must call is a matter of health: the page only hears of steps that all visitors see.
    if (to !== callStep) tell('step', { step: to.name });
  };

  /** @type {Flow} */
  const flow = {
    ...given,
    state,
    holds,
    next: () => enter(after(step)),
    goTo: (name) => enter(STEPS.find((one) => one.name === name) ?? serviceStep),
    choose: (service) => {
      if (service.id === state.service?.id) return;
      holds.clear();
      state.service = service;
      state.visits = Array(service.visits).fill(null);
      state.practitioner = service.practitioners.find(({ slug }) => slug === wish.practitioner)?.id ?? null;
      state.answers.clear();
      state.isCleared = false;
    },
    isTyped: () => !state.booked && Object.values(state.patient).some((value) => value.trim()),
    offerOtherTimes: (problems) => offerOtherTimes(flow, problems),
  };

  return {
    flow,
    /** What the page has already chosen is not asked again; but Back leads there. */
    begin: () => {
      const service = catalogue.services.find(({ slug }) => slug === wish.service);
      state.location = catalogue.clinic.locations.find(({ slug }) => slug === wish.location)?.id ?? null;
      if (service) flow.choose(service);
      if (!Number.isNaN(Date.parse(wish.at ?? ''))) state.near = wish.at ?? null;
      enter(service ? after(serviceStep) : serviceStep, given.isInline);
    },
    /** Shown again after a while: what was chosen is kept anew. */
    resume: async () => {
      if (!holds.kept().length || state.isUnanswered || state.booked) return;
      const problems = await holds.renew();
      if (problems.length) flow.offerOtherTimes(problems);
      else enter(step, given.isInline);
    },
    isOver: () => step === confirmedStep,
  };
};
