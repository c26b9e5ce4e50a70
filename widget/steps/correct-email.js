/** @file The address that the confirmation went to is corrected: a page of its own, which leads back. */
import { h, markInvalid } from '../ui/element.js';
import { problemText } from '../ui/problem-text.js';
import { correctEmail } from '../api/correct-email.js';

/** @param {import('../flow/types.js').Flow} flow @param {string} manageToken @param {() => void} back */
export const showCorrection = ({ t, frame, server, state }, manageToken, back) => {
  const input = h('input', {
    type: 'email', autocomplete: 'email', autocapitalize: 'off', spellcheck: 'false', id: 'email', class: 'input', part: 'input',
    required: true, 'aria-describedby': 'email-wrong', oninput: () => markInvalid(field, input, ''),
  });
  input.value = state.patient.email;
  const field = h('div', { class: 'field', part: 'field' },
    h('label', { for: 'email' }, t('details.email')), input, h('p', { class: 'wrong', id: 'email-wrong' }));
  /** @param {string} text */
  const refuse = (text) => {
    markInvalid(field, input, text);
    input.focus();
  };
  frame.show({
    title: t('correct.title'),
    lead: t('correct.lead'),
    content: [field],
    back,
    primary: {
      label: t('correct.send'),
      act: async () => {
        if (!input.value.trim()) return refuse(t('details.noEmail'));
        const { email, manageToken: replaced, appointments, problems: [problem] } = await correctEmail(server, { manageToken, email: input.value });
        if (problem?.__typename === 'InvalidInput') return refuse(t('details.badEmail'));
        if (problem || !email || !replaced || !appointments) {
          return frame.notice({ title: problem?.__typename === 'TooManyCorrections' ? t('correct.often') : problemText(problem, t), text: t('problem.call') });
        }
        state.patient.email = email;
        state.booked = { appointments, manageToken: replaced };
        back();
        frame.notice({ title: t('correct.done', { email }), tone: 'good' });
      },
    },
  });
  input.select();
};
