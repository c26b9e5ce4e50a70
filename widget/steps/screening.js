/**
 * @file Third step: questions that must be answered before a visit. The server judges the answers.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 * @typedef {import('../flow/types.js').Answer} Answer
 */
import { checkScreening } from '../api/booking.js';
import { h, markInvalid } from '../ui/element.js';

/** @type {import('../flow/types.js').Step} */
export const screeningStep = {
  name: 'screening',
  isNeeded: ({ state }) => (state.service?.screeningQuestions.length ?? 0) > 0,
  show: (flow) => {
    const { state, t } = flow;
    const groups = (state.service?.screeningQuestions ?? []).map((question, i) => questionGroup(question, i, flow));
    return {
      title: t('screening.title'),
      lead: t('screening.lead'),
      content: [...groups, attestation(t)],
      primary: { label: t('continue'), act: () => check(flow, groups) },
    };
  },
};

/** @param {import('../flow/types.js').Translate} t */
export const attestation = (t) => h('p', { class: 'soft' }, t('screening.attest'));

/** The answers as they are sent. @param {Pick<import('../flow/types.js').State, 'answers'>} state */
export const screeningOf = ({ answers }) => [...answers].map(([questionId, answer]) => ({ questionId, answer }));

/** @param {import('../flow/types.js').Question} question @param {number} i
 * @param {{state: Pick<import('../flow/types.js').State, 'answers' | 'isScreened'>, t: Flow['t']}} flow */
export const questionGroup = ({ id, text, why }, i, { state, t }) => {
  /** @param {Answer} value @param {string} label */
  const option = (value, label) =>
    h('label', { class: 'answer', part: 'choice' },
      h('input', { type: 'radio', name: `question-${i}`, value, checked: state.answers.get(id) === value }),
      h('span', {}, label));
  const group = h('fieldset', {
    class: 'question', role: 'radiogroup', 'aria-required': 'true', 'aria-describedby': `why-${i} missing-${i}`, 'data-id': id,
    onchange: (/** @type {Event} */ event) => {
      state.answers.set(id, /** @type {Answer} */ (/** @type {HTMLInputElement} */ (event.target).value));
      state.isScreened = false;
      markInvalid(group, group, '');
    },
  },
    h('legend', { class: 'strong' }, text),
    why && h('p', { class: 'soft', id: `why-${i}` }, why),
    h('p', { class: 'wrong', id: `missing-${i}` }),
    h('div', { class: 'answers' },
      option('YES', t('screening.yes')), option('NO', t('screening.no')), option('UNSURE', t('screening.unsure'))));
  return group;
};

/** @param {Flow} flow @param {HTMLElement[]} groups */
const check = async (flow, groups) => {
  const { state, server, t, frame, next, emit } = flow;
  const problems = state.answers.size ? await checkScreening(server, state.service?.id ?? '', screeningOf(state)) : [];
  if (problems.some(({ __typename }) => __typename === 'CallTheClinic')) return callTheClinic(flow, problems);

  if (marksMissing(flow, groups, problems)) return;
  if (problems.length) {
    emit('problem', { problem: problems[0]?.__typename });
    const { problemText } = await import('../ui/problem-text.js');
    frame.notice({ title: problemText(problems[0], t), text: t('problem.call') });
  } else {
    state.isScreened = true;
    next();
  }
};

/**
 * Marks the questions that need an answer still, and says how many they are.
 *
 * @param {{state: Pick<import('../flow/types.js').State, 'answers'>, t: Flow['t'], frame: Flow['frame']}} flow
 * @param {HTMLElement[]} groups @param {import('../flow/types.js').Problem[]} problems
 */
export const marksMissing = ({ state, t, frame }, groups, problems) => {
  const incomplete = problems.find(({ __typename }) => __typename === 'ScreeningIncomplete');
  const missing = groups.filter(({ dataset }) =>
    !state.answers.has(dataset['id'] ?? '') || incomplete?.missing?.some(({ id }) => id === dataset['id']));
  groups.forEach((group) => markInvalid(group, group, missing.includes(group) ? t('screening.missing') : ''));
  if (!missing.length) return false;
  missing[0]?.querySelector('input')?.focus();
  frame.announce(t.count('screening.incomplete', missing.length));
  return true;
};

/**
 * Forgets the answers and releases the times. The page hears nothing: that a visitor may not be treated is private.
 *
 * @param {Flow} flow @param {import('../flow/types.js').Problem[]} problems
 */
export const callTheClinic = ({ state, holds, goTo }, problems) => {
  state.suitableServices = problems.flatMap(({ suitableServices }) => suitableServices ?? []).map(({ id }) => id);
  state.answers.clear();
  state.isScreened = false;
  holds.clear();
  goTo('call');
};
