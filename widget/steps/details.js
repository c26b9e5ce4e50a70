/**
 * @file Last step: the patient's details, and the booking itself.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 * @typedef {import('../flow/types.js').Problem} Problem
 * @typedef {keyof import('../flow/types.js').Patient} FieldName
 */
import { book } from '../api/booking.js';
import { serviceFacts, summary } from '../ui/appointment.js';
import { h, markInvalid } from '../ui/element.js';
import { isAboutTime, problemText } from '../ui/problem-text.js';
import { callTheClinic, screeningOf } from './screening.js';
import { offerOtherTimes } from './time.js';

const FIELDS = /** @type {const} */ ({
  name: { type: 'text', label: 'details.name', empty: 'details.noName', invalid: 'details.badName' },
  email: { type: 'email', label: 'details.email', empty: 'details.noEmail', invalid: 'details.badEmail' },
  phone: { type: 'tel', label: 'details.phone', empty: 'details.noPhone', invalid: 'details.badPhone' },
});
const NAMES = /** @type {FieldName[]} */ (Object.keys(FIELDS));

/** @type {import('../flow/types.js').Step} */
export const detailsStep = {
  name: 'details',
  show: (flow) => {
    const { t, state, holds } = flow;
    const count = state.held.length;
    const fields = NAMES.map((name) => patientField(name, flow));
    const expiry = h('div', {}, expiryText(flow));
    holds.extend().then(() => expiry.replaceChildren(expiryText(flow) ?? ''));
    return {
      title: t('details.title'),
      content: [heldSummary(flow), expiry, h('div', { class: 'fields' }, ...fields)],
      primary: {
        label: t.count('details.book', count),
        act: () => submit(flow, fields),
      },
    };
  },
};

/** @param {Flow} flow */
const heldSummary = (flow) => {
  const { state, catalogue, t, holds } = flow;
  const first = holds.all[0]?.slot;
  const location = catalogue.clinic.locations.find(({ id }) => id === first?.location.id);
  return summary({
    service: state.service?.name ?? '',
    facts: state.service && serviceFacts(state.service, t).join(' · '),
    practitioner: first?.practitioner.name ?? '',
    times: holds.all.map(({ slot }) => slot.startsAt).sort(),
    location: [location?.name ?? ''],
  }, flow);
};

/** @param {Flow} flow */
const expiryText = ({ t, clock, holds }) => {
  const until = holds.all.map(({ expiresAt }) => expiresAt).sort((a, b) => Date.parse(a) - Date.parse(b))[0];
  return until && Date.parse(until) > Date.now()
    ? h('p', { class: 'soft kept' }, t.count('details.kept', holds.all.length, { time: clock.time(until) })) : null;
};

/** @param {FieldName} name @param {Flow} flow */
const patientField = (name, { state, t }) => {
  const { type, label } = FIELDS[name];
  const input = h('input', {
    type, autocomplete: type === 'text' ? name : type, inputmode: type, id: name, name, class: 'input', part: 'input',
    required: true, 'aria-describedby': `${name}-wrong`,
    oninput: () => {
      state.patient[name] = input.value;
      if (input.getAttribute('aria-invalid') === 'true') markInvalid(field, input, '');
    },
  });
  input.value = state.patient[name];
  const field = h('div', { class: 'field', part: 'field' },
    h('label', { for: name }, t(label)), input, h('p', { class: 'wrong', id: `${name}-wrong` }));
  return field;
};

/** Says at each field what is wrong with it. @param {Flow} flow @param {HTMLElement[]} fields
 * @param {(name: FieldName) => string} textOf */
const markFields = ({ t, frame }, fields, textOf) => {
  NAMES.forEach((name, i) => markInvalid(/** @type {HTMLElement} */ (fields[i]), fields[i]?.querySelector('input') ?? null, textOf(name)));
  const first = fields.find((field) => field.hasAttribute('data-wrong'));
  if (!first) return false;
  first.querySelector('input')?.focus();
  frame.announce(t('details.check'));
  return true;
};

/** @param {Flow} flow @param {HTMLElement[]} fields */
const submit = async (flow, fields) => {
  const { state, t, holds } = flow;
  if (markFields(flow, fields, (name) => (state.patient[name].trim() ? '' : t(FIELDS[name].empty)))) return;

  let problems = await send(flow);
  if (problems.some(isAboutTime)) {
    const refusals = await holds.renew();
    if (refusals.length) return offerOtherTimes(flow, refusals);
    problems = await send(flow);
  }
  if (problems.length) refuse(flow, fields, problems);
  else flow.goTo('confirmed');
};

/** @param {Flow} flow */
const send = async ({ state, server, holds, emit }) => {
  state.isOutcomeUnknown = true;
  const tokens = holds.all.map(({ holdToken }) => holdToken);
  const { booked, problems } = await book(server, tokens, { patient: state.patient, screening: screeningOf(state) });
  state.isOutcomeUnknown = false;
  if (booked) {
    state.booked = booked;
    state.answers.clear();
    state.held.fill(null);
    emit('booked', { service: state.service?.slug });
  }
  return problems;
};

/** @param {Flow} flow @param {HTMLElement[]} fields @param {Problem[]} problems */
const refuse = (flow, fields, problems) => {
  const { t, frame, goTo, emit } = flow;
  /** @param {string} type */
  const has = (type) => problems.some(({ __typename }) => __typename === type);
  if (has('CallTheClinic')) return callTheClinic(flow, problems);
  emit('problem', { problem: problems[0]?.__typename });
  if (has('ScreeningIncomplete')) return goTo('screening');

  const isMarked = markFields(flow, fields, (name) =>
    problems.some(({ path }) => path.includes('patient') && path[path.length - 1] === name) ? t(FIELDS[name].invalid) : '');
  if (!isMarked) frame.notice({ title: problemText(problems[0], t), text: t('problem.call') });
};
