/**
 * @file Waiting for an earlier time than a visit has, on the page that moves it. The visit stands meanwhile.
 *
 * @typedef {import('../flow/types.js').Appointment} Appointment
 * @typedef {import('../flow/manage-page.js').Booking} Booking
 * @typedef {import('../api/waiting-list.js').Joined} Joined
 * @typedef {import('./wishes.js').Wishes} Wishes
 */
import { join, leave } from '../api/waiting-list.js';
import { peopleChoice } from '../calendar/people.js';
import { refuse, showOverview } from '../flow/manage-page.js';
import { practitionersOf, whenAndWhere } from '../flow/move-visit.js';
import { summaryList, summaryRow } from '../ui/appointment.js';
import { h, icon, quietButton } from '../ui/element.js';
import { addTexts } from './texts.js';
import { availableTimes, entryLink, rulesOf, wishFields, wishRow } from './wishes.js';

/** @param {Booking} booking @param {Appointment} appointment */
export const showEarlier = async (booking, appointment) => {
  const { t, frame, clinic, appointments } = booking;
  // All visits of a course are with one practitioner.
  const [practitioners] = await Promise.all([
    appointments.length > 1 ? [] : practitionersOf(booking, appointment), addTexts(t),
  ]);
  /** @type {Wishes} */
  const wishes = { weekdays: new Set(), parts: new Set(), until: '' };
  /** @type {{id: string, name: string} | undefined} */
  let who;
  const people = practitioners.length ? peopleChoice(booking, practitioners, null, (chosen) => {
    who = practitioners.find(({ id }) => id === chosen);
  }, { isTitled: true }).element : null;
  const { lead, more } = rulesOf(clinic, t);
  frame.show({
    title: t('wait.title'),
    lead,
    content: [standing(booking, appointment), ...wishFields(wishes, booking), people, more],
    back: () => showOverview(booking),
    primary: { label: t('wait.join'), act: () => submit(booking, appointment, wishes, who) },
  });
};

/** The visit, and that it stays. @param {Booking} booking @param {Appointment} appointment */
const standing = (booking, appointment) =>
  h('p', {}, h('span', { class: 'strong when' }, whenAndWhere(appointment, booking)), booking.t('wait.stands'));

/** @param {Booking} booking @param {Appointment} appointment @param {Wishes} wishes
 * @param {{id: string, name: string}} [who]  anyone unless given */
const submit = async (booking, appointment, wishes, who) => {
  const { t, frame, server, manageToken, appointments, waits } = booking;
  const { joined, problems } = await join(server, {
    manageToken,
    appointmentId: appointment.id,
    practitionerIds: who ? [who.id] : [],
    availableTimes: availableTimes(wishes, booking),
  });
  if (!joined) {
    const isWish = problems.some(({ __typename }) => __typename === 'InvalidInput');
    if (isWish) frame.notice({ title: t('wait.refused'), text: t('problem.call') });
    else refuse(booking, problems);
    return;
  }
  const anyone = appointments.length > 1 ? appointment.practitioner.name : t('waiting.anyone');
  const rows = () => [wishRow(wishes, joined.entry, booking), summaryRow('person', t('summary.who'), who?.name ?? anyone)];
  waits.set(appointment.id, (current) => waitOf(current, appointment, joined, rows()));
  frame.show({
    title: t('waiting.title'),
    lead: h('div', { class: 'booked', part: 'joined' }, icon('check'), h('p', {}, t('wait.doneText'))),
    content: [standing(booking, appointment), summaryList(...rows()), h('p', { class: 'choices' }, entryLink(joined, booking))],
    primary: { label: t('wait.toVisit'), act: () => showOverview(booking) },
  });
};

/** In the visit's card: what is waited for, and its end. @param {Booking} booking @param {Appointment} appointment
 * @param {Joined} joined @param {Node[]} rows */
const waitOf = (booking, appointment, joined, rows) => [
  summaryList(summaryRow('check', booking.t('summary.what'), h('span', { class: 'strong' }, booking.t('waiting.title'))), ...rows),
  h('p', { class: 'choices' }, entryLink(joined, booking),
    quietButton(booking.t('waiting.leave'), () => confirmLeave(booking, appointment, joined))),
];

/** @param {Booking} booking @param {Appointment} appointment @param {Joined} joined */
const confirmLeave = (booking, appointment, { token }) => {
  const { t, frame, server, waits } = booking;
  frame.show({
    title: t('waiting.leave.title'),
    content: [h('p', {}, t('waiting.leave.text'))],
    back: () => showOverview(booking),
    primary: {
      label: t('waiting.leave.yes'),
      act: async () => {
        const problems = await leave(server, token);
        if (problems.length) return refuse(booking, problems);
        waits.delete(appointment.id);
        showOverview(booking);
        frame.notice({ title: t('waiting.left.title'), tone: 'good' });
      },
    },
  });
};
