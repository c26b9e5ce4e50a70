/** @file The page that is shown until the first response comes: cards without words. */
import { h } from './element.js';

const CARDS = 4;

/** @param {import('../flow/types.js').Translate} t @returns {import('../flow/types.js').Page} */
export const skeleton = (t) => ({
  title: t('waiting'),
  content: [
    h('div', { class: 'cards waiting', 'aria-hidden': 'true' },
      ...Array.from({ length: CARDS }, () => h('span', { class: 'card bone' }))),
  ],
});
