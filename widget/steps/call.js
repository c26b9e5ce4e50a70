/** @file The end of a booking that the clinic must talk about with the visitor first. */
import { serviceCards } from '../ui/appointment.js';
import { contactLine } from '../ui/contact.js';
import { h } from '../ui/element.js';

/** @type {import('../flow/types.js').Step} */
export const callStep = {
  name: 'call',
  show: (flow) => {
    const { state, catalogue, t } = flow;
    const others = catalogue.services.filter(({ id }) => state.suitableServices.includes(id));
    return {
      title: t('call.title'),
      lead: t('call.lead'),
      content: [
        h('div', { class: 'call', part: 'call' }, contactLine(catalogue.clinic, flow)),
        h('p', { class: 'soft' }, t('call.forgotten')),
        ...(others.length ? [h('h3', {}, t('call.others')), serviceCards(others, flow)] : []),
      ],
    };
  },
};
