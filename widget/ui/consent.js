/** @file The text that the clinic asks patients to agree to, and the box that they tick. */
import { h, markInvalid } from './element.js';

/** Hidden where the clinic asks for no consent. @param {import('../flow/types.js').Flow} flow */
export const consentField = ({ state, catalogue, t }) => {
  const asked = catalogue.clinic.consentText;
  if (!asked) return h('section', { hidden: true });
  const box = h('input', {
    type: 'checkbox', id: 'consent', name: 'consent', required: true, checked: state.consentTextId === asked.id,
    'aria-describedby': 'consent-wrong consent-text',
    onchange: () => {
      state.consentTextId = box.checked ? asked.id : null;
      markInvalid(field, box, '');
    },
  });
  const field = h('section', { class: 'consent', part: 'consent' },
    h('h3', {}, t('consent.title')),
    h('p', { id: 'consent-text', lang: asked.language, dir: 'auto' }, asked.text),
    h('p', { class: 'wrong', id: 'consent-wrong' }),
    h('label', { class: 'answer', part: 'choice' }, box, h('span', {}, t('consent.agree'))));
  return field;
};

/** Whether the box beside the present text is ticked, or there is none. @param {import('../flow/types.js').Flow} flow */
export const isConsentGiven = ({ state, catalogue: { clinic } }) => !clinic.consentText || state.consentTextId === clinic.consentText.id;
