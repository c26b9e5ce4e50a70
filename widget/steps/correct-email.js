/** @file The address that the confirmation went to is corrected: a page of its own, which leads back. */
import { h, markInvalid } from '../ui/element.js';
import { correctEmail } from '../api/correct-email.js';

/** @param {import('../flow/types.js').Flow} flow @param {string} manageToken @param {() => void} back */
export const showCorrection = (flow, manageToken, back) => {
  const { t, frame, server, state } = flow;
  const input = h('input', {
    type: 'email', autocomplete: 'email', autocapitalize: 'off', spellcheck: 'false', id: 'email', class: 'input', part: 'input',
    required: true, 'aria-describedby': 'email-wrong', oninput: () => markInvalid(field, input, ''),
  });
  input.value = state.patient.email;
  const field = h('div', { class: 'field', part: 'field' },
    h('label', { for: 'email' }, t('details.email')), input, h('p', { class: 'wrong', id: 'email-wrong' }));
  /** @param {string} text */
  const mark = (text) => {
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
        if (!input.value.trim()) return mark(t('details.noEmail'));
        const { email, manageToken: replaced, appointments, problems } = await correctEmail(server, { manageToken, email: input.value });
        const type = problems[0]?.__typename;
        if (type === 'InvalidInput') return mark(t('details.badEmail'));
        if (type === 'TooManyCorrections') return frame.notice({ title: t('correct.often'), text: t('problem.call') });
        if (type || !email || !replaced || !appointments) return (await import('./refusals.js')).refuse(flow, problems);
        state.patient.email = email;
        state.booked = { appointments, manageToken: replaced };
        back();
        frame.notice({ title: t('correct.done', { email }), tone: 'good' });
      },
    },
  });
  input.select();
};
