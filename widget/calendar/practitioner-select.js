/**
 * @file Lists to choose a practitioner from, and a location where there are several.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 */
import { readFirstTimes } from '../api/slots.js';
import { shortDayAndTime } from '../ui/appointment.js';
import { h } from '../ui/element.js';
import { plusDays } from './dates.js';

const DAYS_AHEAD = 30;

/** Null where there is nothing to choose. @param {Flow} flow @param {() => void} onChange
 * @param {{hasNext?: boolean}} [options] each practitioner's next time is said, too */
export const practitionerSelect = (flow, onChange, { hasNext = true } = {}) => {
  const { state, t, catalogue, preselection } = flow;
  /** @param {'practitioner' | 'location'} name @param {string} label @param {string} any
   * @param {{id: string, name: string}[]} options */
  const field = (name, label, any, options) => {
    if (preselection[name] || options.length < 2) return null;
    const select = h('select', {
      class: 'input', part: 'input', id: name,
      onchange: () => {
        state[name] = select.value || null;
        onChange();
      },
    }, ...[{ id: '', name: any }, ...options].map((option) =>
      h('option', { value: option.id, selected: option.id === (state[name] ?? '') }, option.name)));
    return h('div', { class: 'field', part: 'field' }, h('label', { for: name }, label), select);
  };
  const practitioner = field(
    'practitioner', t('practitioner.question'), t('practitioner.any'), state.service?.practitioners ?? []);
  const location = field('location', t('location.question'), t('location.any'), catalogue.clinic.locations);
  if (practitioner) fillIn(flow, practitioner, hasNext);
  return practitioner || location ? h('div', { class: 'fields' }, practitioner, location) : null;
};

/** The practitioners that were not known yet, and everybody's next time. @param {Flow} flow @param {HTMLElement} field
 * @param {boolean} hasNext */
const fillIn = async (flow, field, hasNext) => {
  const { state, server } = flow;
  const select = field.querySelector('select');
  if (state.service?.hasMorePractitioners && select) {
    const { service } = state;
    await import('../api/practitioners.js').then(({ completePractitioners }) => completePractitioners(server, service)).catch(() => {});
    const listed = new Set([...select.options].map(({ value }) => value));
    const more = state.service.practitioners.filter(({ id }) => !listed.has(id));
    select.append(...more.map(({ id, name }) => h('option', { value: id, selected: id === state.practitioner }, name)));
  }
  if (hasNext) await showFirstTimes(flow, field);
};

/** Fills in "next: Tuesday, 9:15 a.m." when it is known; without it all works. @param {Flow} flow @param {HTMLElement} field */
const showFirstTimes = async (flow, field) => {
  const { state, server, clock, t } = flow;
  const from = clock.today();
  const filter = { serviceId: state.service?.id ?? '', practitionerId: null, locationId: state.location };
  const slots = await readFirstTimes(server, { ...filter, from, to: plusDays(from, DAYS_AHEAD) }).catch(() => []);
  for (const option of field.querySelectorAll('option')) {
    const slot = slots.find(({ practitioner }) => !option.value || practitioner.id === option.value);
    if (!slot) continue;
    option.textContent = t('practitioner.next', { name: option.textContent ?? '', time: shortDayAndTime(slot, flow) });
  }
};
