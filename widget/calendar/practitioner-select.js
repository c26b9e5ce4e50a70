/**
 * @file Here is with whom, and where there are several places, where: two lists above the calendar.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 */
import { h } from '../ui/element.js';
import { plusDays } from './clock.js';

const LOOK_AHEAD = 30;

/** Null where there is nothing to choose. @param {Flow} flow @param {() => void} onChange */
export const who = (flow, onChange) => {
  const { state, say, catalogue, wish } = flow;
  const people = state.service?.practitioners ?? [];
  const places = catalogue.clinic.locations;
  const lists = [
    !wish.practitioner && people.length > 1
      ? list('practitioner', say('practitioner.question'), say('practitioner.any'), people, state, onChange) : null,
    !wish.location && places.length > 1
      ? list('location', say('location.question'), say('location.any'), places, state, onChange) : null,
  ].filter((one) => one !== null);
  if (lists[0]?.dataset['of'] === 'practitioner') showNext(flow, lists[0]);
  return lists.length ? h('div', { class: 'fields' }, ...lists) : null;
};

/**
 * @param {'practitioner' | 'location'} of @param {string} label @param {string} any
 * @param {{id: string, name: string}[]} options @param {import('../flow/types.js').State} state @param {() => void} onChange
 */
const list = (of, label, any, options, state, onChange) => {
  const select = /** @type {HTMLSelectElement} */ (h('select', {
    class: 'input', part: 'input', id: of,
    onchange: () => {
      state[of] = select.value || null;
      onChange();
    },
  }, ...[{ id: '', name: any }, ...options].map(({ id, name }) =>
    h('option', { value: id, selected: id === (state[of] ?? '') }, name))));
  return h('div', { class: 'field', part: 'field', 'data-of': of }, h('label', { for: of }, label), select);
};

/** Fills in "next: Tuesday, 9:15 a.m." when it is known; without it all works. @param {Flow} flow @param {HTMLElement} field */
const showNext = async ({ state, client, clock, say }, field) => {
  const from = clock.today();
  const filter = { serviceId: state.service?.id ?? '', practitionerId: null, locationId: state.location };
  const slots = await client.firstTimes({ ...filter, from, to: plusDays(from, LOOK_AHEAD) }).catch(() => []);
  for (const option of field.querySelectorAll('option')) {
    const slot = slots.find(({ practitioner }) => !option.value || practitioner.id === option.value);
    if (slot) {
      const day = clock.shortDay(clock.dateOf(slot.startsAt));
      const time = say('dayAndTime', { day, time: clock.time(slot.startsAt) });
      option.textContent = say('practitioner.next', { name: option.textContent ?? '', time });
    }
  }
};
