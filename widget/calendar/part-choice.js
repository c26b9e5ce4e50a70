/**
 * @file The part of the day in which a visit may start, as a row of choices.
 *
 * @typedef {import('../flow/types.js').Hours} Hours
 */
import { h } from '../ui/element.js';

/** @type {{label: 'part.any' | 'part.morning' | 'part.late', hours: Hours | null}[]} */
const PARTS = [
  { label: 'part.any', hours: null },
  { label: 'part.morning', hours: { startsBefore: '12:00' } },
  { label: 'part.late', hours: { startsFrom: '16:00' } },
];

/** @param {import('../flow/types.js').Flow} flow @param {() => void} onChange */
export const partChoice = ({ state, t }, onChange) =>
  h('fieldset', { class: 'chips', role: 'radiogroup' },
    h('legend', { class: 'sr' }, t('part.question')),
    h('h3', {}, t('part.title')),
    ...PARTS.map(({ label, hours }) =>
      h('label', { class: 'answer chip', part: 'choice' },
        h('input', {
          type: 'radio', name: 'part', checked: JSON.stringify(hours) === JSON.stringify(state.hours),
          onchange: () => {
            state.hours = hours;
            onChange();
          },
        }),
        t(label))));
