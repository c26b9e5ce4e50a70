/**
 * @file Third step: the questions before a visit, as one decision. The server judges the answers.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 * @typedef {import('../flow/types.js').Answer} Answer
 * @typedef {import('../flow/types.js').Question} Question
 * @typedef {{state: Pick<import('../flow/types.js').State, 'answers' | 'isScreened'>, t: Flow['t'], frame: Flow['frame']}} Asking
 */
import { checkScreening } from '../api/booking.js';
import { h, markInvalid } from '../ui/element.js';

/** @type {import('../flow/types.js').Step} */
export const screeningStep = {
  name: 'screening',
  isNeeded: ({ state }) => (state.service?.screeningQuestions.length ?? 0) > 0,
  show: (flow) => screeningPage(flow.state.service?.screeningQuestions ?? [], flow, (groups) => check(flow, groups)),
};

/** The answers as they are sent. @param {Pick<import('../flow/types.js').State, 'answers'>} state */
export const screeningOf = ({ answers }) => [...answers].map(([questionId, answer]) => ({ questionId, answer }));

/**
 * A line for each question whose "no" has no consequence: what is ticked asks for "yes" or "not sure", and the button says
 * "no" to all others. Any other question is asked with each answer.
 *
 * @param {Question[]} questions @param {Asking} asking
 * @param {(groups: HTMLElement[]) => unknown} proceed  is handed the questions that may be without an answer
 * @returns {import('../flow/types.js').Page}
 */
export const screeningPage = (questions, asking, proceed) => {
  const { state: { answers }, t } = asking;
  const listed = questions.filter(({ clearedByNo }) => clearedByNo);
  const groups = questions.filter((question) => !listed.includes(question)).map((question, i) => questionGroup(question, i, asking));
  const title = listed.length && t.count('screening.title', listed.length);
  const label = h('span');
  const update = () => {
    const isTicked = listed.some(({ id }) => isYes(answers.get(id)));
    label.textContent = !listed.length ? t('continue') : isTicked ? t('screening.ticked') : t.count('screening.none', listed.length);
  };
  update();
  return {
    title: groups.length ? t('screening.questions') : title || '',
    lead: t(groups.length ? 'screening.each' : 'screening.lead'),
    content: [
      ...groups,
      title && groups.length ? h('div', {}, h('h3', {}, title), h('p', { class: 'soft' }, t('screening.lead'))) : null,
      title ? h('div', { class: 'ticks', role: 'group', 'aria-label': title }, ...listed.map((question, i) => line(question, i, asking, update))) : null,
      h('p', { class: 'soft attest' }, t('screening.attest')),
    ],
    primary: {
      label,
      act: () => {
        for (const { id } of listed) if (!answers.has(id)) answers.set(id, 'NO');
        return proceed(groups);
      },
    },
  };
};

/** @param {Answer | undefined} answer */
const isYes = (answer) => answer === 'YES' || answer === 'UNSURE';

/** @param {Question} question @param {number} i @param {Asking} asking @param {() => void} update */
const line = ({ id, text, statement, why }, i, { state, t }, update) => {
  const { answers } = state;
  /** @param {Answer | null} answer */
  const set = (answer) => {
    if (answer) answers.set(id, answer);
    else answers.delete(id);
    state.isScreened = false;
    update();
  };
  const box = h('input', {
    type: 'checkbox', checked: isYes(answers.get(id)),
    onchange: () => {
      more.hidden = !box.checked;
      set(box.checked ? (more.querySelector('[value=UNSURE]:checked') ? 'UNSURE' : 'YES') : null);
    },
    // It would press the button, which says "None of these".
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      box.click();
    },
  });
  const given = answers.get(id) === 'UNSURE' ? 'UNSURE' : 'YES';
  const more = h('fieldset', { class: 'more', hidden: !box.checked },
    h('legend', { class: !statement && 'sr' }, text),
    why && h('p', { class: 'soft' }, why),
    options(['YES', 'UNSURE'], `tick-${i}`, given, set, t));
  return h('div', {}, h('label', { class: 'tick', part: 'choice' }, h('span', {}, statement ?? text), box), more);
};

const LABELS = /** @type {const} */ ({ YES: 'screening.yes', NO: 'screening.no', UNSURE: 'screening.unsure' });

/** @param {Answer[]} values @param {string} name @param {Answer | undefined} given @param {(answer: Answer) => void} choose
 * @param {Flow['t']} t */
const options = (values, name, given, choose, t) =>
  h('div', { class: 'answers' }, ...values.map((value) =>
    h('label', { class: 'answer', part: 'choice' },
      h('input', { type: 'radio', name, value, checked: given === value, onchange: () => choose(value) }),
      h('span', {}, t(LABELS[value])))));

/** @param {Question} question @param {number} i @param {Asking} asking */
const questionGroup = ({ id, text, why }, i, { state, t }) => {
  const group = h('fieldset', {
    class: 'question', role: 'radiogroup', 'aria-required': 'true', 'aria-describedby': `why-${i} missing-${i}`, 'data-id': id,
  },
    h('legend', { class: 'strong' }, text),
    why && h('p', { class: 'soft', id: `why-${i}` }, why),
    h('p', { class: 'wrong', id: `missing-${i}` }),
    options(['YES', 'NO', 'UNSURE'], `question-${i}`, state.answers.get(id), (answer) => {
      state.answers.set(id, answer);
      state.isScreened = false;
      markInvalid(group, group, '');
    }, t));
  return group;
};

/** @param {Flow} flow @param {HTMLElement[]} groups */
const check = async (flow, groups) => {
  const { state, server, next } = flow;
  if (marksMissing(flow, groups, [])) return;
  const problems = await checkScreening(server, state.service?.id ?? '', screeningOf(state));
  if (problems.some(({ __typename }) => __typename === 'CallTheClinic')) return callTheClinic(flow, problems);

  if (marksMissing(flow, groups, problems)) return;
  if (problems.length) {
    (await import('./refusals.js')).refuse(flow, problems);
  } else {
    state.isScreened = true;
    next();
  }
};

/**
 * Marks the questions that need an answer still, and says how many they are.
 *
 * @param {Asking} asking @param {HTMLElement[]} groups @param {import('../flow/types.js').Problem[]} problems
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
