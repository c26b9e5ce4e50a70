/** @file Here is what is shown instead of a booking when the clinic must talk with the visitor first. */
import { contact } from '../ui/contact.js';
import { h, icon } from '../ui/element.js';
import { facts } from '../ui/summary.js';

/** @type {import('../flow/types.js').Step} */
export const callStep = {
  name: 'call',
  isNeeded: () => false,
  show: ({ state, catalogue, clock, say, choose, next }) => {
    const others = catalogue.services.filter(({ id }) => state.suitable.includes(id));
    return {
      title: say('call.title'),
      lead: say('call.lead'),
      content: [
        h('div', { class: 'call', part: 'call' }, contact(catalogue.clinic, clock, say)),
        h('p', { class: 'soft' }, say('call.forgotten')),
        others.length ? h('h3', {}, say('call.others')) : null,
        others.length
          ? h('ul', { class: 'cards' }, ...others.map((service) =>
            h('li', {}, h('button', {
              type: 'button', class: 'card', part: 'choice',
              onclick: () => {
                choose(service);
                next();
              },
            },
              h('span', { class: 'strong' }, service.name),
              h('span', { class: 'facts' }, ...facts(service, say).map((fact) => h('span', {}, fact))),
              icon('forward')))))
          : null,
      ],
    };
  },
};
