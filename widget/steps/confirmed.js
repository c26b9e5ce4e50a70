/** @file The end of a booking: where it was sent, the card of what is booked, and links into calendars. */
import { h, icon, quietButton } from '../ui/element.js';
import { calendarLinks, downloadLink } from '../ui/links.js';
import { ticket } from '../ui/ticket.js';

/** @type {import('../flow/types.js').Step} */
export const confirmedStep = {
  name: 'confirmed',
  isEnd: true,
  show: (flow) => {
    const { state, t, finish, api, catalogue, isInline } = flow;
    const { appointments, manageToken } = /** @type {import('../flow/types.js').Booked} */ (state.booked);
    const visits = /** @type {[import('../flow/types.js').Appointment]} */ (appointments);
    const [first] = visits;
    const n = appointments.length;
    const manage = new URL(`manage?lang=${t.language}#${manageToken}`, api).href;
    const isLate = n === 1 && !first.canChange;
    const link = isLate ? (first.canCancel ? t('confirmed.undo') : t.count('visits.title', 1)) : t('confirmed.manage');
    return {
      title: t.count('confirmed.title', n),
      lead: h('div', { class: 'booked', part: 'confirmed' }, icon('check'), h('p', {},
        ...(catalogue.clinic.sendsMails ? sentTo(flow, manageToken) : [t('confirmed.keepLink', { name: link })]))),
      content: [
        ticket(visits, flow, state.service),
        h('p', { class: 'choices' },
          downloadLink(first.calendarFile, t),
          ...(n > 1 ? [] : calendarLinks(first, t)),
          isInline && quietButton(t('confirmed.print'), () => print()),
          h('a', { class: 'quiet', part: 'link', href: manage, target: '_blank', rel: 'noopener' }, link)),
      ],
      primary: { label: t(isInline ? 'confirmed.another' : 'confirmed.done'), act: finish },
    };
  },
};

/** Who has mistyped the address notices it here, while it can be put right. @param {import('../flow/types.js').Flow} flow
 * @param {string} manageToken */
const sentTo = (flow, manageToken) => {
  const { t, frame, state, goTo } = flow;
  const correct = async () => (await import('./correct-email.js')).showCorrection(flow, manageToken, () => goTo('confirmed'));
  return [
    t('confirmed.sent'), ' ', h('strong', { class: 'address' }, state.patient.email), '. ',
    h('button', { type: 'button', class: 'textual', onclick: () => frame.run(correct) }, t('confirmed.notRight')),
  ];
};
