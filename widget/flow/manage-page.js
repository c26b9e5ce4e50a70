/**
 * @file Booked appointments, seen, moved and cancelled. The secret of the link stays after the `#`, and is sent only in
 * the body of a request.
 *
 * @typedef {import('./types.js').Appointment} Appointment
 * @typedef {object} Booking
 * @property {import('./types.js').Translate} t
 * @property {import('./types.js').Clock} clock
 * @property {import('../ui/frame.js').Frame} frame
 * @property {import('../api/transport.js').Server} server
 * @property {import('./types.js').Clinic} clinic
 * @property {string} manageToken
 * @property {URL} api
 * @property {Appointment[]} appointments
 * @property {Map<string, (booking: Booking) => Node[]>} waits  by the visit's id, how its card shows a wait that began on this page
 */
import { cancel, readManaged, undoCancellation } from '../api/manage.js';
import { serverAt } from '../api/transport.js';
import { createClock } from '../calendar/clock.js';
import { addFrameStyles } from '../styles/add-styles.js';
import css from '../styles/manage.css';
import { changeRule, dayAndTime, startTime } from '../ui/appointment.js';
import { contactLine, phoneLinkOfPage } from '../ui/contact.js';
import { h, quietButton } from '../ui/element.js';
import { Frame } from '../ui/frame.js';
import { downloadLink } from '../ui/links.js';
import { otherTimesNotice, problemText } from '../ui/problem-text.js';
import { skeleton } from '../ui/skeleton.js';
import { ticket } from '../ui/ticket.js';
import { hasPlaces, moveVisit, timeAndPlace } from './move-visit.js';
import * as strings from './strings.js';

/** @param {HTMLElement} host @param {ShadowRoot} root @param {URL} api */
export const manage = async (host, root, api) => {
  const t = await strings.load(strings.languageOf(host));
  const server = serverAt(api, t.language);
  const frame = new Frame({ t, isInline: true, onTrouble: () => {} });
  frame.setClinic('', phoneLinkOfPage(host, t));
  root.replaceChildren(frame.element);
  addFrameStyles(root, css, import.meta.url);

  const load = async () => {
    const manageToken = location.hash.slice(1);
    const { clinic, appointments } = await readManaged(server, manageToken);
    const clock = createClock({
      locale: t.locale, clinic, locations: [...clinic.locations, ...appointments.map((visit) => visit.location)],
    });
    frame.setClinic(clinic.name, contactLine(clinic, { t, clock }));
    if (appointments.length) showOverview({ t, clock, frame, server, clinic, manageToken, api, appointments, waits: new Map() }, { isQuiet: true });
    else frame.show({ title: t('manage.unknownTitle'), content: [h('p', {}, t('manage.unknownText'))] }, { isQuiet: true });
  };
  const begin = () => {
    frame.show(skeleton(t), { isQuiet: true });
    frame.run(load);
  };
  window.addEventListener('hashchange', begin);
  begin();
};

/** @param {Booking} booking @param {{isQuiet?: boolean}} [options] */
export const showOverview = (booking, options) => {
  const { t, frame, appointments } = booking;
  const [first] = appointments;
  if (!first) return;
  const standing = appointments.filter(({ status }) => status !== 'CANCELLED');
  const [next] = standing;
  const last = standing[standing.length - 1];
  // Where none can be changed online, why.
  const rule = last && !standing.some(({ canCancel }) => canCancel) ? whyNot(booking, last) : undefined;
  frame.show({
    title: t.count('visits.title', appointments.length),
    content: [
      appointments.filter(({ canChange }) => canChange).length > 1 ? courseButton(booking) : null,
      next ? ticket([next, ...standing.slice(1)], booking, null, rule) : null,
      ...appointments.map((appointment, i) => card(booking, appointment, i)),
      next ? h('p', { class: 'choices' }, downloadLink(first.calendarFile, t)) : againLink(booking, first),
    ],
  }, options);
};

/** To the same service and practitioner, who are still offered or else the visitor chooses anew.
 * @param {Booking} booking @param {Appointment} appointment */
const againAddress = ({ t, api }, { service, practitioner }) =>
  new URL(`book/${service.slug}?lang=${t.language}&practitioner=${practitioner.slug}`, api);

/** @param {Booking} booking @param {Appointment} appointment */
const againLink = (booking, appointment) => {
  const { t } = booking;
  const { href } = againAddress(booking, appointment);
  return h('p', { class: 'choices' }, h('a', { class: 'primary', part: 'primary link', href }, t('manage.again')));
};

/** What can be done about a visit; with its time and reference where no ticket has them, or that of several visits.
 * @param {Booking} booking @param {Appointment} appointment @param {number} i */
const card = (booking, appointment, i) => {
  const { t, appointments, clinic, waits } = booking;
  const { id, status, reference, location, canChange, canCancel, undoDeadline } = appointment;
  const doing = canCancel
    ? [changes(booking, appointment), ...(canChange ? waits.get(id)?.(booking) ?? [clinic.waitingList && earlierButton(booking, appointment)] : [])]
    : undoDeadline ? undoButton(booking, appointment, undoDeadline) : [];
  if (appointments.length === 1 && status !== 'CANCELLED') return doing.length ? h('section', { class: 'move', part: 'visit' }, ...doing) : null;
  return h('section', { class: `visit${status === 'CANCELLED' ? ' cancelled' : ''}`, part: 'visit' },
    appointments.length > 1 && h('p', { class: 'soft' }, t('manage.visit', { n: i + 1, of: appointments.length })),
    h('h3', { id: `visit-${id}` }, startTime(appointment, booking)),
    hasPlaces(booking) && h('p', {}, location.name),
    h('p', { class: 'soft' }, t.count('confirmed.reference', 1), ' ', h('span', { class: 'reference' }, reference)),
    h('p', canCancel ? { class: 'soft' } : {}, canCancel ? changeRule(appointment, booking) : whyNot(booking, appointment)),
    ...doing);
};

/** @param {Booking} booking @param {Appointment} appointment */
const whyNot = ({ t }, { status, endsAt }) => {
  if (status === 'CANCELLED') return t('manage.cancelled');
  const isOver = status === 'FULFILLED' || status === 'NOSHOW' || Date.parse(endsAt) < Date.now();
  return t(isOver ? 'manage.past' : 'manage.tooLate');
};

/** @param {Booking} booking @param {Appointment} appointment */
const changes = (booking, appointment) => {
  const { t } = booking;
  const time = dayAndTime(appointment, booking);
  return h('p', { class: 'choices' },
    appointment.canChange && quietButton(t('manage.move'), () => move(booking, appointment), { 'aria-label': t('manage.moveVisit', { time }) }),
    quietButton(t('manage.cancel'), () => confirmCancel(booking, appointment), { 'aria-label': t('manage.cancelVisit', { time }) }));
};

/** @param {Booking} booking @param {Appointment} appointment @param {import('./types.js').Instant} until */
const undoButton = (booking, appointment, until) => {
  const { t, clock, frame } = booking;
  const { location } = appointment;
  return [
    h('p', { class: 'soft' }, t('manage.undoUntil', { time: clock.time(until, location.id) })),
    h('p', { class: 'choices' }, quietButton(t('manage.undo'), (button) => frame.run(() => undo(booking, appointment), button), {
      'aria-label': t('manage.undoVisit', { time: dayAndTime(appointment, booking) }),
    })),
  ];
};

/** Books the visit again; where somebody else has its time, other ones are near. @param {Booking} booking
 * @param {Appointment} appointment */
const undo = async (booking, appointment) => {
  const { t, frame, server, manageToken } = booking;
  const { appointment: changed, problems } = await undoCancellation(server, { manageToken, appointmentId: appointment.id });
  if (changed) showChanged(booking, changed, t('manage.undone'));
  else if (problems.some(({ __typename }) => __typename === 'TooLateToChange')) frame.notice({ title: t('manage.undoLate') });
  else {
    const context = { hasPlaces: hasPlaces(booking), lost: appointment, practitionerId: appointment.practitioner.id };
    frame.notice(otherTimesNotice(problems, booking, context, ({ startsAt }) => {
      const address = againAddress(booking, appointment);
      address.searchParams.set('at', startsAt);
      window.location.assign(address);
    }));
  }
};

/** @param {Booking} booking @param {Appointment} appointment */
const move = (booking, appointment) => moveVisit(booking, appointment, {
  show: () => showOverview(booking),
  showChanged: (changed, text) => showChanged(booking, changed, text),
  showTooLate: (title) => booking.frame.notice({ title }),
});

/** @param {Booking} booking @param {Appointment} appointment */
const earlierButton = (booking, appointment) => {
  const { t, frame } = booking;
  const show = async () => (await import('../waiting/earlier.js')).showEarlier(booking, appointment);
  return h('p', { class: 'choices' },
    quietButton(t('wait.title'), (button) => frame.run(show, button), booking.appointments.length > 1 ? { 'aria-describedby': `visit-${appointment.id}` } : {}));
};

/** @param {Booking} booking */
const courseButton = (booking) => {
  const { t, frame } = booking;
  const show = async () => (await import('./move-course.js')).moveCourse(booking);
  return h('p', { class: 'choices' }, quietButton(t('manage.course'), (button) => frame.run(show, button)));
};

/** @param {Booking} booking @param {Appointment[]} appointments  all of the course @param {string} text */
export const showChangedCourse = (booking, appointments, text) => {
  showOverview({ ...booking, appointments });
  booking.frame.notice({ title: text, tone: 'good' });
};

/** @param {Booking} booking @param {Appointment} appointment */
const confirmCancel = (booking, appointment) => {
  const { t, frame, server, manageToken } = booking;
  frame.show({
    title: t('manage.cancelTitle'),
    lead: timeAndPlace(appointment, booking),
    content: [h('p', {}, t('manage.cancelText'))],
    back: () => showOverview(booking),
    primary: {
      label: t('manage.cancelYes'),
      act: async () => {
        const { appointment: changed, problems } = await cancel(server, { manageToken, appointmentId: appointment.id });
        if (changed) showChanged(booking, changed, t('manage.cancelDone'));
        else refuse(booking, problems);
      },
    },
  });
};

/** @param {Booking} booking @param {Appointment} changed @param {string} text */
const showChanged = (booking, changed, text) => {
  // All appointments of a booking share one calendar file.
  const appointments = booking.appointments
    .map((appointment) =>
      appointment.id === changed.id ? changed : { ...appointment, calendarFile: changed.calendarFile })
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt));
  showChangedCourse(booking, appointments, text);
};

/** @param {Booking} booking @param {import('./types.js').Problem[]} problems */
export const refuse = ({ t, frame }, problems) => {
  const isLate = problems.some(({ __typename }) => __typename === 'TooLateToChange');
  frame.notice(isLate ? { title: t('manage.tooLate') } : { title: problemText(problems[0], t), text: t('problem.call') });
};
