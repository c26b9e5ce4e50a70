/** @file Here is the second step: with whom, and where there are several places, where. */
import { h } from './element.js';
import { plusDays } from './time.js';

const LOOK_AHEAD = 30;

/** @type {import('./types.js').Step} */
export const practitionerStep = {
  name: 'practitioner',
  isNeeded: ({ state, catalogue, wish }) =>
    (!wish.practitioner && state.service?.practitioners.length !== 1) ||
    (!wish.location && catalogue.clinic.locations.length > 1),
  show: (flow) => {
    const { state, say, next, holds, catalogue } = flow;
    const people = state.service?.practitioners ?? [];
    const places = catalogue.clinic.locations;
    const who = choices('practitioner', say('practitioner.question'), state.practitioner, [
      { id: '', name: say('practitioner.any'), note: say('practitioner.anyNote') },
      ...people.map(({ id, name, title }) => ({ id, name, note: title ?? '' })),
    ]);
    const where = places.length > 1
      ? choices('location', say('location.question'), state.location, [
        { id: '', name: say('location.any'), note: '' },
        ...places.map(({ id, name, address }) => ({ id, name, note: address.join(', ') })),
      ])
      : null;
    showNext(flow, who);
    return {
      title: say('practitioner.title'),
      lead: state.service?.name ?? null,
      content: [who, where],
      primary: {
        label: say('continue'),
        act: () => {
          const practitioner = chosen(who);
          const location = where && chosen(where);
          if (practitioner !== state.practitioner || location !== state.location) {
            Object.assign(state, { practitioner, location });
            holds.clear();
          }
          next();
        },
      },
    };
  },
};

/** @param {string} name @param {string} question @param {string | null} value
 * @param {{id: string, name: string, note: string}[]} options */
const choices = (name, question, value, options) =>
  h('fieldset', { class: 'cards' }, h('legend', { class: 'sr' }, question), ...options.map((option) =>
    h('label', { class: 'card', part: 'choice' },
      h('input', { type: 'radio', name, value: option.id, checked: option.id === (value ?? '') }),
      h('span', { class: 'strong' }, option.name),
      option.note && h('span', { class: 'soft' }, option.note),
      h('span', { class: 'next', 'data-id': option.id }))));

/** @param {HTMLElement} group @returns {string | null} */
const chosen = (group) => /** @type {HTMLInputElement | null} */ (group.querySelector(':checked'))?.value || null;

/** Fills in "Next: Tuesday, 9:15 a.m." when it is known; without it all works. @param {import('./types.js').Flow} flow
 * @param {HTMLElement} group */
const showNext = async ({ state, client, clock, say }, group) => {
  const from = clock.today();
  const filter = { serviceId: state.service?.id ?? '', practitionerId: null, locationId: state.location };
  const slots = await client.firstTimes({ ...filter, from, to: plusDays(from, LOOK_AHEAD) }).catch(() => []);
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (group.querySelectorAll('.next'))) {
    const id = place.dataset['id'];
    const slot = slots.find(({ practitioner }) => !id || practitioner.id === id);
    if (slot) {
      const day = clock.shortDay(clock.dateOf(slot.startsAt));
      place.textContent = say('practitioner.next', { time: say('dayAndTime', { day, time: clock.time(slot.startsAt) }) });
    }
  }
};
