/** @file The end of a booking that the clinic must talk about with the visitor first. */
import { serviceFacts } from '../ui/appointment.js';
import { contactLine } from '../ui/contact.js';
import { h, quietButton } from '../ui/element.js';

/** Nothing is loaded for it: the page that embeds the booking could see that. @type {import('../flow/types.js').Step} */
export const callStep = {
  name: 'call',
  show: (flow) => {
    const { state, catalogue, t, chooseService, next } = flow;
    const others = catalogue.services.filter(({ id }) => state.suitableServices.includes(id)).map((service) =>
      quietButton([service.name, ...serviceFacts(service, t)].join(' · '), () => {
        chooseService(service);
        next();
      }));
    return {
      title: t('call.title'),
      lead: t('call.lead'),
      content: [
        h('div', { class: 'call', part: 'call' }, contactLine(catalogue.clinic, flow)),
        h('p', { class: 'soft' }, t('call.forgotten')),
        ...(others.length ? [h('h3', {}, t('call.others')), h('p', { class: 'choices' }, ...others)] : []),
      ],
    };
  },
};
