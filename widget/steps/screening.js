/**
 * @file Here is the fourth step: what must be known before a visit. The server decides; here it is only asked.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 * @typedef {import('../flow/types.js').Answer} Answer
 */
import { h } from '../ui/element.js';

/** @type {import('../flow/types.js').Step} */
export const screeningStep = {
  name: 'screening',
  isNeeded: ({ state }) => (state.service?.screeningQuestions.length ?? 0) > 0,
  show: (flow) => {
    const { state, say } = flow;
    const groups = (state.service?.screeningQuestions ?? []).map((question, i) => group(question, i, flow));
    return {
      title: say('screening.title'),
      lead: say('screening.lead'),
      content: groups,
      primary: { label: say('continue'), act: () => check(flow, groups) },
    };
  },
};

/** The answers as they are sent. @param {import('../flow/types.js').State} state */
export const screeningOf = ({ answers }) => [...answers].map(([questionId, answer]) => ({ questionId, answer }));

/** @param {import('../flow/types.js').Question} question @param {number} i @param {Flow} flow */
const group = ({ id, text, why }, i, { state, say }) => {
  /** @param {Answer} value @param {string} label */
  const option = (value, label) =>
    h('label', { class: 'answer', part: 'choice' },
      h('input', { type: 'radio', name: `question-${i}`, value, checked: state.answers.get(id) === value }),
      h('span', {}, label));
  const fieldset = h('fieldset', {
    class: 'question', role: 'radiogroup', 'aria-required': 'true', 'aria-describedby': `why-${i} missing-${i}`, 'data-id': id,
    onchange: (/** @type {Event} */ event) => {
      state.answers.set(id, /** @type {Answer} */ (/** @type {HTMLInputElement} */ (event.target).value));
      state.isCleared = false;
      mark(fieldset, '');
    },
  },
    h('legend', { class: 'strong' }, text),
    why && h('p', { class: 'soft', id: `why-${i}` }, why),
    h('p', { class: 'wrong', id: `missing-${i}` }),
    h('div', { class: 'answers' },
      option('YES', say('screening.yes')), option('NO', say('screening.no')), option('UNSURE', say('screening.unsure'))));
  return fieldset;
};

/** @param {HTMLElement} fieldset @param {string} text */
const mark = (fieldset, text) => {
  fieldset.toggleAttribute('data-wrong', text !== '');
  fieldset.setAttribute('aria-invalid', String(text !== ''));
  const place = fieldset.querySelector('.wrong');
  if (place) place.textContent = text;
};

/** @param {Flow} flow @param {HTMLElement[]} groups */
const check = async (flow, groups) => {
  const { state, client, say, frame, next, tell } = flow;
  const problems = state.answers.size ? await client.checkScreening(state.service?.id ?? '', screeningOf(state)) : [];
  if (problems.some(({ __typename }) => __typename === 'CallTheClinic')) return callTheClinic(flow, problems);

  const incomplete = problems.find(({ __typename }) => __typename === 'ScreeningIncomplete');
  const missing = groups.filter(({ dataset }) =>
    !state.answers.has(dataset['id'] ?? '') || incomplete?.missing?.some(({ id }) => id === dataset['id']));
  groups.forEach((fieldset) => mark(fieldset, missing.includes(fieldset) ? say('screening.missing') : ''));
  if (missing.length) {
    missing[0]?.querySelector('input')?.focus();
    frame.tell(say.count('screening.incomplete', missing.length));
  } else if (problems.length) {
    tell('problem', { problem: problems[0]?.__typename });
    frame.notice({ title: say('problem.other'), text: say('problem.call') });
  } else {
    state.isCleared = true;
    next();
  }
};

/**
 * Forgets the answers and gives the times back. The page is not told: that somebody may not be treated is nobody's business.
 *
 * @param {Flow} flow @param {import('../flow/types.js').Problem[]} problems
 */
export const callTheClinic = ({ state, holds, goTo }, problems) => {
  state.suitable = problems.flatMap(({ suitableServices }) => suitableServices ?? []).map(({ id }) => id);
  state.answers.clear();
  state.isCleared = false;
  holds.clear();
  goTo('call');
};
