/** @file Here is what is shown until the first answer comes. */
import { h } from './element.js';

const CARDS = 4;

/** @param {import('../flow/types.js').Say} say @returns {import('../flow/types.js').Page} */
export const waiting = (say) => ({
  title: say('waiting'),
  content: [
    h('div', { class: 'cards waiting', 'aria-hidden': 'true' },
      ...Array.from({ length: CARDS }, () => h('span', { class: 'card bone' }))),
  ],
});
