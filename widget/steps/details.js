/**
 * @file Here is the fifth step: who comes, what is about to be booked, and the booking itself.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 * @typedef {import('../flow/types.js').Problem} Problem
 * @typedef {keyof import('../flow/types.js').Patient} Field
 */
import { h } from '../ui/element.js';
import { words } from '../api/problems.js';
import { callTheClinic, screeningOf } from './screening.js';
import { facts, summary } from '../ui/summary.js';

const FIELDS = /** @type {const} */ ([
  { name: 'name', type: 'text', autocomplete: 'name', inputmode: 'text' },
  { name: 'email', type: 'email', autocomplete: 'email', inputmode: 'email' },
  { name: 'phone', type: 'tel', autocomplete: 'tel', inputmode: 'tel' },
]);

/** @type {import('../flow/types.js').Step} */
export const detailsStep = {
  name: 'details',
  isNeeded: () => true,
  show: (flow) => {
    const { say, state } = flow;
    const fields = FIELDS.map((field) => fieldOf(field, flow));
    const kept = h('div', {}, keptUntil(flow));
    flow.holds.extend().then(() => kept.replaceChildren(...[keptUntil(flow)].filter((node) => node !== null)));
    return {
      title: say('details.title'),
      content: [
        whatIsBooked(flow),
        kept,
        h('div', { class: 'fields' }, ...fields),
      ],
      primary: {
        label: state.visits.length > 1 ? say.count('details.bookCourse', state.visits.length) : say('details.book'),
        act: () => book(flow, fields),
      },
    };
  },
};

/** @param {Flow} flow */
const whatIsBooked = ({ state, catalogue, say, clock, holds }) => {
  const [first] = holds.kept();
  const place = catalogue.clinic.locations.find(({ id }) => id === first?.slot.location.id);
  return summary({
    service: state.service?.name ?? '',
    facts: state.service && facts(state.service, say).join(' · '),
    practitioner: first?.slot.practitioner.name ?? '',
    times: holds.kept().map(({ slot }) => slot.startsAt).sort(),
    place: [place?.name ?? ''],
  }, { say, clock });
};

/** @param {Flow} flow */
const keptUntil = ({ say, clock, holds }) => {
  const until = holds.kept().map(({ expiresAt }) => expiresAt).sort((a, b) => Date.parse(a) - Date.parse(b))[0];
  return until && Date.parse(until) > Date.now()
    ? h('p', { class: 'soft kept' }, say.count('details.kept', holds.kept().length, { time: clock.time(until) }))
    : null;
};

/** @param {typeof FIELDS[number]} field @param {Flow} flow */
const fieldOf = ({ name, ...attributes }, { state, say }) => {
  const labels = /** @type {const} */ ({ name: 'details.name', email: 'details.email', phone: 'details.phone' });
  const input = h('input', {
    ...attributes, id: name, name, class: 'input', part: 'input', required: true, 'aria-describedby': `${name}-wrong`,
    oninput: () => {
      state.patient[name] = input.value;
      if (input.getAttribute('aria-invalid') === 'true') mark(field, '');
    },
  });
  input.value = state.patient[name];
  const field = h('div', { class: 'field', part: 'field', 'data-name': name },
    h('label', { for: name }, say(labels[name])), input, h('p', { class: 'wrong', id: `${name}-wrong` }));
  return field;
};

/** @param {HTMLElement} field @param {string} text */
const mark = (field, text) => {
  field.toggleAttribute('data-wrong', text !== '');
  field.querySelector('input')?.setAttribute('aria-invalid', String(text !== ''));
  const place = field.querySelector('.wrong');
  if (place) place.textContent = text;
};

/** Says at each field what is wrong with it. @param {Flow} flow @param {HTMLElement[]} fields
 * @param {(name: Field) => string} wrong */
const markAll = ({ say, frame }, fields, wrong) => {
  for (const field of fields) mark(field, wrong(/** @type {Field} */ (field.dataset['name'])));
  const first = fields.find((field) => field.hasAttribute('data-wrong'));
  if (!first) return false;
  first.querySelector('input')?.focus();
  frame.tell(say('details.check'));
  return true;
};

/** @param {Flow} flow @param {HTMLElement[]} fields */
const book = async (flow, fields) => {
  const { state, say } = flow;
  const empty = /** @type {const} */ ({ name: 'details.noName', email: 'details.noEmail', phone: 'details.noPhone' });
  if (markAll(flow, fields, (name) => (state.patient[name].trim() ? '' : say(empty[name])))) return;

  let problems = await send(flow);
  if (problems.some(isAboutTime)) {
    const gone = await flow.holds.renew();
    if (gone.length) return flow.offerOtherTimes(gone);
    problems = await send(flow);
  }
  if (problems.length) refuse(flow, fields, problems);
  else flow.goTo('confirmed');
};

/** @param {Flow} flow */
const send = async ({ state, client, holds, tell }) => {
  state.isUnanswered = true;
  const tokens = holds.kept().map(({ holdToken }) => holdToken);
  const { booked, problems } = await client.book(tokens, { patient: state.patient, screening: screeningOf(state) });
  state.isUnanswered = false;
  if (booked) {
    state.booked = booked;
    state.answers.clear();
    state.visits.fill(null);
    tell('booked', { service: state.service?.slug });
  }
  return problems;
};

/** @param {Problem} problem */
const isAboutTime = ({ __typename, path }) =>
  ['HoldExpired', 'SlotTaken', 'NotOpen', 'NoticeTooShort', 'BeyondHorizon', 'NotQualified'].includes(__typename) ||
  (__typename === 'NotFound' && path.some((name) => name.startsWith('holdToken')));

/** @param {Flow} flow @param {HTMLElement[]} fields @param {Problem[]} problems */
const refuse = (flow, fields, problems) => {
  const { say, frame, goTo, tell } = flow;
  /** @param {string} type */
  const has = (type) => problems.some(({ __typename }) => __typename === type);
  if (has('CallTheClinic')) return callTheClinic(flow, problems);
  tell('problem', { problem: problems[0]?.__typename });
  if (has('ScreeningIncomplete')) return goTo('screening');

  const bad = /** @type {const} */ ({ name: 'details.badName', email: 'details.badEmail', phone: 'details.badPhone' });
  const isMarked = markAll(flow, fields, (name) =>
    problems.some(({ path }) => path.includes('patient') && path.at(-1) === name) ? say(bad[name]) : '');
  if (!isMarked) frame.notice({ title: words(problems[0], say), text: say('problem.call') });
};
