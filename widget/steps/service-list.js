/** @file The services to choose from, as large buttons. */
import css from '../styles/cards.css';
import { addRules } from '../styles/add-styles.js';
import { serviceFacts } from '../ui/appointment.js';
import { h, icon } from '../ui/element.js';

/** @param {import('../flow/types.js').Flow} flow @returns {import('../flow/types.js').Page} */
export const showServices = (flow) => {
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
};

/** A list of services as large buttons; `current` is the id of a chosen one.
 * @param {import('../flow/types.js').Service[]} services @param {import('../flow/types.js').Flow} flow
 * @param {{current?: string | undefined, hasDescriptions?: boolean}} [options] */
export const serviceCards = (services, { t, chooseService, next, frame }, { current, hasDescriptions } = {}) => {
  addRules(frame.element, css);
  return h('ul', { class: 'cards' }, ...services.map((service) => {
    const choose = () => {
      chooseService(service);
      next();
    };
    return h('li', {},
      h('button', { type: 'button', class: 'card', part: 'choice', 'aria-current': service.id === current && 'true', onclick: choose },
        h('span', { class: 'strong' }, service.name),
        h('span', { class: 'facts' }, ...serviceFacts(service, t).map((fact) => h('span', {}, fact))),
        hasDescriptions && service.description && h('span', { class: 'soft' }, service.description),
        icon('forward')));
  }));
};
