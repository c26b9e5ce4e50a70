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
        ...[...new Set(catalogue.services.map(({ category }) => category))].flatMap((category) => [
          category ? h('h3', {}, category) : null,
          serviceCards(catalogue.services.filter((service) => service.category === category), flow, {
            current: state.service?.id, hasDescriptions: true,
          }),
        ]),
        catalogue.services.length ? null : h('p', { class: 'empty' }, t('service.none')),
      ],
    };
  },
};
