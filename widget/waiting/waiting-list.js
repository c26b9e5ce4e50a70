/**
 * @file The steps of the waiting list: when a visitor could come, the questions of the service, and who comes.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 * @typedef {import('../flow/types.js').Step} Step
 * @typedef {import('./wishes.js').Wishes} Wishes
 */
import { join } from '../api/waiting-list.js';
import { plusDays } from '../calendar/dates.js';
import { practitionerChoice } from '../calendar/practitioner-choice.js';
import { filterFor } from '../flow/held-slots.js';
import { detailsForm, marksEmpty, patientOf } from '../steps/details.js';
import { refuseDetails } from '../steps/refusals.js';
import { screeningOf, screeningStep } from '../steps/screening.js';
import { serviceStep } from '../steps/service.js';
import { timeStep } from '../steps/time.js';
import { serviceFacts, summaryList, summaryRow } from '../ui/appointment.js';
import { h, icon, markInvalid } from '../ui/element.js';
import { addTexts } from './texts.js';
import { availableTimes, entryLink, rulesOf, wishFields, wishRow } from './wishes.js';

/** How long it proposes to wait. */
const USUAL_DAYS = 14;
const WISHES = ['lastDay', 'practitionerIds', 'locationId'];

/** Loads what they say, too. @param {Flow} flow @returns {Promise<{path: Step[], end: Step}>} */
export const loadSteps = async ({ t }) => {
  await addTexts(t);
  return { path: [serviceStep, timeStep, wishesStep, screeningStep, joinStep], end: joinedStep };
};

/** @param {Flow} flow */
const lastDayOf = ({ clock, catalogue: { clinic } }) => plusDays(clock.today(), clinic.bookingPolicy.horizonDays);

/** Those of the state, which stay when the visitor goes back. @param {Flow} flow @returns {Wishes} */
const wishesOf = (flow) => {
  const { state, clock } = flow;
  const [usual, last] = [plusDays(clock.today(), USUAL_DAYS), lastDayOf(flow)];
  return (state.wishes ??= { weekdays: new Set(), parts: new Set(), until: usual < last ? usual : last });
};

/** @type {Step} */
const wishesStep = {
  name: 'wishes',
  isNeeded: ({ state }) => state.service?.visits === 1,
  show: (flow) => {
    const { t, catalogue } = flow;
    const wishes = wishesOf(flow);
    const { lead, more } = rulesOf(catalogue.clinic, t);
    const until = untilField(wishes, flow);
    return {
      title: t('wait.title'),
      lead,
      content: [
        ...wishFields(wishes, flow),
        practitionerChoice(flow, () => {}, { hasNext: false }),
        h('div', { class: 'fields' }, until),
        more,
      ],
      primary: { label: t('continue'), act: () => check(flow, until) },
    };
  },
};

/** @param {Wishes} wishes @param {Flow} flow */
const untilField = (wishes, flow) => {
  const { t, clock } = flow;
  const input = h('input', {
    type: 'date', id: 'until', class: 'input', part: 'input', required: true, min: clock.today(), max: lastDayOf(flow),
    'aria-describedby': 'until-wrong',
    oninput: () => {
      wishes.until = input.value;
      markInvalid(field, input, '');
    },
  });
  input.value = wishes.until;
  const field = h('div', { class: 'field', part: 'field' },
    h('label', { for: 'until' }, t('wait.until')), input, h('p', { class: 'wrong', id: 'until-wrong' }));
  return field;
};

/** @param {Flow} flow @param {HTMLElement} field */
const check = (flow, field) => {
  const { t, clock, frame, next } = flow;
  const { until } = wishesOf(flow);
  const isOpen = until >= clock.today() && until <= lastDayOf(flow);
  if (isOpen) return next();
  const input = field.querySelector('input');
  markInvalid(field, input, t('wait.badUntil'));
  input?.focus();
  frame.announce(t('details.check'));
};

/** @param {Flow} flow @param {{firstDay: string, lastDay: string}} days */
const summaryOf = (flow, days) => {
  const { state, t, catalogue } = flow;
  const { practitionerId, locationId } = filterFor(state);
  const place = catalogue.clinic.locations.find(({ id }) => id === locationId);
  return summaryList(
    summaryRow('service', t('summary.what'), h('span', { class: 'strong' }, state.service?.name),
      state.service && h('span', { class: 'soft line' }, serviceFacts(state.service, t, practitionerId).join(' · '))),
    wishRow(wishesOf(flow), days, flow),
    summaryRow('person', t('summary.who'),
      state.service?.practitioners.find(({ id }) => id === practitionerId)?.name ?? t('waiting.anyone')),
    place ? summaryRow('place', t('summary.where'), place.name) : null);
};

/** @type {Step} */
const joinStep = {
  name: 'join',
  show: (flow) => {
    const { t, clock } = flow;
    const form = detailsForm(flow);
    return {
      title: t('details.title'),
      content: [
        summaryOf(flow, { firstDay: clock.today(), lastDay: wishesOf(flow).until }),
        form.whom,
        h('div', { class: 'fields' }, ...form.fields),
        form.consent,
      ],
      primary: { label: t('wait.join'), act: () => submit(flow, form) },
    };
  },
};

/** @param {Flow} flow @param {ReturnType<typeof detailsForm>} form */
const submit = async (flow, form) => {
  const { state, server, t, frame, goTo, emit } = flow;
  if (marksEmpty(flow, form)) return;
  const { serviceId, practitionerId, locationId } = filterFor(state);
  const wishes = wishesOf(flow);
  const { joined, problems } = await join(server, {
    serviceId,
    practitionerIds: practitionerId ? [practitionerId] : [],
    locationId,
    availableTimes: availableTimes(wishes, flow),
    lastDay: wishes.until,
    patient: patientOf(state),
    screening: screeningOf(state),
    consentTextId: state.consentTextId,
  });
  if (joined) {
    state.joined = joined;
    state.answers.clear();
    goTo('joined');
    return;
  }
  const wish = WISHES.find((name) => problems.some(({ path }) => path.includes(name)));
  if (!wish) return refuseDetails(flow, form, problems);
  emit('problem', { problem: problems[0]?.__typename });
  goTo('wishes');
  frame.notice({ title: t('wait.refused'), text: t(wish === 'lastDay' ? 'wait.badUntil' : 'problem.call') });
};

/** @type {Step} */
const joinedStep = {
  name: 'joined',
  isEnd: true,
  show: (flow) => {
    const { state, t, finish } = flow;
    const joined = /** @type {import('../api/waiting-list.js').Joined} */ (state.joined);
    return {
      title: t('waiting.title'),
      lead: h('div', { class: 'booked', part: 'joined' }, icon('check'), h('p', {}, t('wait.doneText'))),
      content: [
        summaryOf(flow, joined.entry),
        h('p', {}, t('wait.sentTo', { address: state.patient.email })),
        h('p', { class: 'choices' }, entryLink(joined, flow)),
      ],
      primary: { label: t(flow.isInline ? 'confirmed.another' : 'confirmed.done'), act: finish },
    };
  },
};
