/** @file First step: the choice of a service. */
import { serviceCards } from '../ui/appointment.js';
import { h } from '../ui/element.js';

/** @type {import('../flow/types.js').Step} */
export const serviceStep = {
  name: 'service',
  show: (flow) => {
    const { catalogue, t, state } = flow;
    return {
      title: t('service.title'),
      lead: t('service.lead'),
      content: [
        serviceCards(catalogue.services, flow, { current: state.service?.id, hasDescriptions: true }),
        catalogue.services.length ? null : h('p', { class: 'empty' }, t('service.none')),
      ],
    };
  },
};
