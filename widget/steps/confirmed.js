/** @file Here is the end: what was booked, and what can be done with it. */
import { h, icon } from '../ui/element.js';
import { calendarLinks, downloadLink, mapLink } from '../ui/links.js';
import { summary } from '../ui/summary.js';

/** @type {import('../flow/types.js').Step} */
export const confirmedStep = {
  name: 'confirmed',
  isNeeded: () => false,
  show: (flow) => {
    const { state, say, finish, api } = flow;
    const { visits, manageToken } = /** @type {import('../flow/types.js').Booked} */ (state.booked);
    const first = /** @type {import('../flow/types.js').Appointment} */ (visits[0]);
    const manage = new URL(`manage?lang=${say.language}#${manageToken}`, api).href;
    return {
      title: visits.length > 1 ? say.count('confirmed.titleCourse', visits.length) : say('confirmed.title'),
      lead: h('div', { class: 'booked', part: 'confirmed' }, icon('check'),
        h('p', {}, say.count('confirmed.reference', visits.length), ' ',
          ...visits.flatMap(({ reference }, i) =>
            [i ? ', ' : '', h('strong', { class: 'reference', part: 'reference' }, reference)]))),
      content: [
        summary({
          service: first.service.name,
          practitioner: [first.practitioner.name, first.practitioner.title].filter(Boolean).join(', '),
          times: visits.map(({ startsAt }) => startsAt),
          place: [first.location.name, ...first.location.address.map((line) => h('span', { class: 'line' }, line)),
            mapLink(first.location.address, say)],
        }, flow),
        first.service.preparation
          ? h('section', { class: 'prepare' }, h('h3', {}, say('confirmed.prepare')), h('p', {}, first.service.preparation))
          : null,
        h('p', { class: 'choices' },
          downloadLink(first.calendarFile, say),
          ...(visits.length > 1 ? [] : calendarLinks(first, say)),
          h('a', { class: 'quiet', part: 'link', href: manage, target: '_blank', rel: 'noopener' }, say('confirmed.manage'))),
        h('p', { class: 'soft' }, say('confirmed.keepLink')),
      ],
      primary: { label: say(flow.isInline ? 'confirmed.another' : 'confirmed.done'), act: finish },
    };
  },
};
