/**
 * @file People to choose from: large radio buttons with their faces, and when each is free next.
 *
 * @typedef {import('../flow/types.js').Practitioner} Practitioner
 */
import { readFirstTimes } from '../api/slots.js';
import { shortDayAndTime } from '../ui/appointment.js';
import { h } from '../ui/element.js';
import { face, titleAndLanguages } from '../ui/person.js';
import { newestOf } from '../ui/tasks.js';
import { plusDays } from './dates.js';

const DAYS_AHEAD = 30;
const MANY = 6;

/** Any of them, or one. `choose` is told the id, null for any.
 * @param {import('../ui/appointment.js').Surroundings} context @param {Practitioner[]} practitioners @param {string | null} chosen @param {(id: string | null) => void} choose
 * @param {{isTitled?: boolean, hasNext?: boolean, lengthOf?: (id: string) => string | undefined}} [options]  the question is seen,
 *   not only heard; there is room for `showFirstTimes`; how long a visit with each is, where that differs */
export const peopleChoice = (context, practitioners, chosen, choose, { isTitled, hasNext, lengthOf } = {}) => {
  const { t } = context;
  /** @param {Practitioner | null} person @param {...Node} faces */
  const card = (person, ...faces) =>
    h('label', { class: `answer person${person ? '' : ' any'}` },
      h('input', { type: 'radio', name: 'practitioner', value: person?.id ?? '', checked: chosen === (person?.id ?? null) }),
      ...faces,
      h('span', {},
        h('span', { class: 'strong' }, person?.name ?? t('practitioner.any')),
        person && lengthOf && h('span', {}, lengthOf(person.id)),
        hasNext && h('span', { class: 'next' }),
        person && h('span', { class: 'soft' }, titleAndLanguages(person, t)),
        person && h('span', { class: 'soft about' }, person.about)));
  const list = h('div', { class: 'people', onchange: (/** @type {any} */ { target }) => choose(target.value || null) },
    card(null, h('span', { class: 'faces' }, ...practitioners.slice(0, 3).map((each) => face(each, context.server)))));
  /** @param {Practitioner[]} others */
  const add = (others) => {
    list.append(...others.map((each) => card(each, face(each, context.server))));
    list.classList.toggle('many', list.childElementCount > MANY + 1);
  };
  add(practitioners);
  const begin = newestOf();
  return {
    element: h('fieldset', { class: 'field', part: 'field', role: 'radiogroup' },
      h('legend', { class: !isTitled && 'sr' }, t('practitioner.question')), list),
    add,
    /** Fills in "Next: Tuesday, 9:15 a.m." when it is known; without it all works.
     * @param {Omit<import('../flow/types.js').Filter, 'practitionerId'>} filter */
    showFirstTimes: async (filter) => {
      const isCurrent = begin();
      const from = context.clock.today();
      const slots = await readFirstTimes(context.server, { ...filter, practitionerId: null, from, to: plusDays(from, DAYS_AHEAD) })
        .catch(() => []);
      if (!isCurrent()) return;
      for (const label of list.children) {
        const id = label.querySelector('input')?.value;
        const slot = slots.find(({ practitioner }) => !id || practitioner.id === id);
        label.querySelector('.next')?.replaceChildren(slot ? t('practitioner.next', { time: shortDayAndTime(slot, context) }) : '');
      }
    },
  };
};
