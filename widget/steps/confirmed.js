/** @file The end of a booking: its reference, its details, and links into calendars. */
import { bookedDetails, changeRule } from '../ui/appointment.js';
import { h, icon } from '../ui/element.js';
import { calendarLinks, downloadLink } from '../ui/links.js';

/** @type {import('../flow/types.js').Step} */
export const confirmedStep = {
  name: 'confirmed',
  isEnd: true,
  show: (flow) => {
    const { state, t, finish, api } = flow;
    const { appointments, manageToken } = /** @type {import('../flow/types.js').Booked} */ (state.booked);
    const [first] = /** @type {[import('../flow/types.js').Appointment]} */ (appointments);
    const n = appointments.length;
    const manage = new URL(`manage?lang=${t.language}#${manageToken}`, api).href;
    const references = appointments.flatMap(({ reference }, i) =>
      [i ? ', ' : '', h('strong', { class: 'reference', part: 'reference' }, reference)]);
    const isLate = n === 1 && !first.canChange;
    const link = isLate ? (first.canCancel ? t('confirmed.undo') : t.count('visits.title', 1)) : t('confirmed.manage');
    return {
      title: t.count('confirmed.title', n),
      lead: h('div', { class: 'booked', part: 'confirmed' }, icon('check'),
        h('p', {}, t.count('confirmed.reference', n), ' ', ...references)),
      content: [
        ...bookedDetails(first, appointments, flow),
        h('p', { class: 'soft' }, n > 1 ? t('manage.each') : changeRule(first, flow)),
        h('p', { class: 'choices' },
          downloadLink(first.calendarFile, t),
          ...(n > 1 ? [] : calendarLinks(first, t)),
          h('a', { class: 'quiet', part: 'link', href: manage, target: '_blank', rel: 'noopener' }, link)),
        h('p', { class: 'soft' }, t('confirmed.keepLink', { name: link })),
      ],
      primary: { label: t(flow.isInline ? 'confirmed.another' : 'confirmed.done'), act: finish },
    };
  },
};
