/** @file Here is the first step: what to book. */
import { h, icon } from '../ui/element.js';
import { facts } from '../ui/summary.js';

/** @type {import('../flow/types.js').Step} */
export const serviceStep = {
  name: 'service',
  isNeeded: () => true,
  show: ({ catalogue, say, state, choose, next }) => ({
    title: say('service.title'),
    lead: say('service.lead'),
    content: [
      h('ul', { class: 'cards' }, ...catalogue.services.map((service) =>
        h('li', {}, h('button', {
          type: 'button', class: 'card', part: 'choice', 'aria-current': service.id === state.service?.id ? 'true' : null,
          onclick: () => {
            choose(service);
            next();
          },
        },
          h('span', { class: 'strong' }, service.name),
          h('span', { class: 'facts' }, ...facts(service, say).map((fact) => h('span', {}, fact))),
          service.description && h('span', { class: 'soft' }, service.description),
          icon('forward'))))),
      catalogue.services.length ? null : h('p', { class: 'empty' }, say('service.none')),
    ],
  }),
};
