/**
 * @file Practitioners to choose from, with their faces, and a list of locations where there are several.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 * @typedef {import('../flow/types.js').Practitioner} Practitioner
 */
import { readFirstTimes } from '../api/slots.js';
import { serviceFacts, shortDayAndTime } from '../ui/appointment.js';
import { h } from '../ui/element.js';
import { face, titleAndLanguages } from '../ui/person.js';
import { plusDays } from './dates.js';

const DAYS_AHEAD = 30;
const MANY = 6;

/** Null where there is nothing to choose. @param {Flow} flow @param {() => void} onChange
 * @param {{hasNext?: boolean}} [options] each practitioner's next time is said, too */
export const practitionerChoice = (flow, onChange, { hasNext = true } = {}) => {
  const { state, t, catalogue, preselection } = flow;
  const practitioners = state.service?.practitioners ?? [];
  const people = preselection.practitioner || practitioners.length < 2 ? null
    : h('fieldset', { class: 'field', part: 'field', role: 'radiogroup' },
      h('legend', { class: hasNext && 'sr' }, t('practitioner.question')),
      h('div', { class: 'people', onchange: (/** @type {any} */ { target }) => {
        state.practitioner = target.value || null;
        onChange();
      } }, card(flow, null, practitioners), ...practitioners.map((each) => card(flow, each))));
  const { locations } = catalogue.clinic;
  const select = h('select', {
    class: 'input', part: 'input', id: 'location',
    onchange: () => {
      state.location = select.value || null;
      onChange();
    },
  }, ...[{ id: '', name: t('location.any') }, ...locations].map(({ id, name }) =>
    h('option', { value: id, selected: id === (state.location ?? '') }, name)));
  const location = preselection.location || locations.length < 2 ? null
    : h('div', { class: 'field', part: 'field' }, h('label', { for: 'location' }, t('location.question')), select);
  if (people) fillIn(flow, /** @type {HTMLElement} */ (people.lastChild), hasNext);
  return people || location ? h('div', { class: 'fields' }, people, location) : null;
};

/** One of the people, or any of them: a large radio button. @param {Flow} flow @param {Practitioner | null} person
 * @param {Practitioner[]} [anyOf] */
const card = ({ state, t, server }, person, anyOf = []) => {
  const value = person?.id ?? '';
  const { service } = state;
  const hasOwnLength = service && service.offerRange.shortestMinutes !== service.offerRange.longestMinutes;
  return h('label', { class: `answer person${person ? '' : ' any'}` },
    h('input', { type: 'radio', name: 'practitioner', value, checked: value === (state.practitioner ?? '') }),
    person ? face(person, server) : h('span', { class: 'faces' }, ...anyOf.slice(0, 3).map((each) => face(each, server))),
    h('span', {},
      h('span', { class: 'strong' }, person?.name ?? t('practitioner.any')),
      person && hasOwnLength && h('span', {}, serviceFacts(service, t, person.id)[0]),
      h('span', { class: 'next' }),
      person && h('span', { class: 'soft' }, titleAndLanguages(person, t)),
      person && h('span', { class: 'soft about' }, person.about)));
};

/** The practitioners that were not known yet, and everybody's next time. @param {Flow} flow @param {HTMLElement} people
 * @param {boolean} hasNext */
const fillIn = async (flow, people, hasNext) => {
  const { state, server } = flow;
  if (state.service?.hasMorePractitioners) {
    const { service } = state;
    const listed = new Set(service.practitioners.map(({ id }) => id));
    await import('../api/practitioners.js').then(({ completePractitioners }) => completePractitioners(server, service)).catch(() => {});
    people.append(...service.practitioners.filter(({ id }) => !listed.has(id)).map((each) => card(flow, each)));
  }
  people.classList.toggle('many', people.childElementCount > MANY + 1);
  if (hasNext) await showFirstTimes(flow, people);
};

/** Fills in "Next: Tuesday, 9:15 a.m." when it is known; without it all works. @param {Flow} flow @param {HTMLElement} people */
const showFirstTimes = async (flow, people) => {
  const { state, server, clock, t } = flow;
  const from = clock.today();
  const filter = { serviceId: state.service?.id ?? '', practitionerId: null, locationId: state.location };
  const slots = await readFirstTimes(server, { ...filter, from, to: plusDays(from, DAYS_AHEAD) }).catch(() => []);
  for (const label of people.children) {
    const id = label.querySelector('input')?.value;
    const slot = slots.find(({ practitioner }) => !id || practitioner.id === id);
    label.querySelector('.next')?.replaceChildren(slot ? t('practitioner.next', { time: shortDayAndTime(slot, flow) }) : '');
  }
};
