/**
 * @file Booked appointments, seen, moved and cancelled. The secret of the link stays after the `#`, and is sent only in
 * the body of a request.
 *
 * @typedef {import('./types.js').Appointment} Appointment
 * @typedef {import('./types.js').Slot} Slot
 * @typedef {object} Booking
 * @property {import('./types.js').Translate} t
 * @property {import('./types.js').Clock} clock
 * @property {import('../ui/frame.js').Frame} frame
 * @property {import('../api/transport.js').Server} server
 * @property {import('./types.js').Clinic} clinic
 * @property {string} manageToken
 * @property {URL} api
 * @property {Appointment[]} appointments
 */
import { cancel, readManaged, reschedule } from '../api/manage.js';
import { serverAt } from '../api/transport.js';
import { createClock } from '../calendar/clock.js';
import { slotPicker } from '../calendar/slot-picker.js';
import { attestation, marksMissing, questionGroup, screeningOf } from '../steps/screening.js';
import { addStyles } from '../styles/add-styles.js';
import css from '../styles/dialog.css';
import { bookedDetails, dayAndTime, startTime } from '../ui/appointment.js';
import { contactLine, phoneLinkOfPage } from '../ui/contact.js';
import { h, quietButton } from '../ui/element.js';
import { Frame } from '../ui/frame.js';
import { downloadLink } from '../ui/links.js';
import { otherTimesNotice, problemText } from '../ui/problem-text.js';
import { skeleton } from '../ui/skeleton.js';
import * as strings from './strings.js';

/** @param {HTMLElement} host @param {ShadowRoot} root @param {URL} api */
export const manage = async (host, root, api) => {
  const t = await strings.load(strings.languageOf(host));
  const server = serverAt(api, t.language);
  const frame = new Frame({ t, isInline: true, onTrouble: () => {} });
  frame.setClinic('', phoneLinkOfPage(host, t));
  root.replaceChildren(frame.element);
  addStyles(root, css, new URL('../static/dialog.css', import.meta.url));

  const load = async () => {
    const manageToken = location.hash.slice(1);
    const { clinic, appointments } = await readManaged(server, manageToken);
    const clock = createClock({
      locale: t.locale, clinic, locations: [...clinic.locations, ...appointments.map((visit) => visit.location)],
    });
    frame.setClinic(clinic.name, contactLine(clinic, { t, clock }));
    if (appointments.length) showOverview({ t, clock, frame, server, clinic, manageToken, api, appointments }, { isQuiet: true });
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
const showOverview = (booking, options) => {
  const { t, frame, appointments } = booking;
  const [first] = appointments;
  if (!first) return;
  const stands = appointments.some(({ status }) => status !== 'CANCELLED');
  frame.show({
    title: t.count('visits.title', appointments.length),
    content: [
      ...appointments.map((appointment, i) => card(booking, appointment, i)),
      ...(stands
        ? [...bookedDetails(first, [], booking), h('p', { class: 'choices' }, downloadLink(first.calendarFile, t))]
        : [againLink(booking, first)]),
    ],
  }, options);
};

/** To the same service and practitioner, who are still offered or else the visitor chooses anew.
 * @param {Booking} booking @param {Appointment} appointment */
const againLink = ({ t, api }, { service, practitioner }) => {
  const href = new URL(`book/${service.slug}?lang=${t.language}&practitioner=${practitioner.slug}`, api).href;
  return h('p', { class: 'choices' }, h('a', { class: 'primary', part: 'primary link', href }, t('manage.again')));
};

/** @param {Booking} booking @param {Appointment} appointment @param {number} i */
const card = (booking, appointment, i) => {
  const { t, appointments } = booking;
  const { status, reference, changeDeadline, location } = appointment;
  return h('section', { class: `visit${status === 'CANCELLED' ? ' cancelled' : ''}`, part: 'visit' },
    appointments.length > 1 && h('p', { class: 'soft' }, t('manage.visit', { n: i + 1, of: appointments.length })),
    h('h3', {}, startTime(appointment, booking)),
    hasPlaces(booking) && h('p', {}, location.name),
    h('p', { class: 'soft' }, t.count('confirmed.reference', 1), ' ', h('span', { class: 'reference' }, reference)),
    ...(appointment.canChange
      ? [h('p', { class: 'soft' }, t('manage.until', { time: dayAndTime({ startsAt: changeDeadline, location }, booking) })), changes(booking, appointment)]
      : [h('p', {}, whyNot(booking, appointment))]));
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
    quietButton(t('manage.move'), () => move(booking, appointment), { 'aria-label': t('manage.moveVisit', { time }) }),
    quietButton(t('manage.cancel'), () => confirmCancel(booking, appointment), { 'aria-label': t('manage.cancelVisit', { time }) }));
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

/** Offers the times at the visit's own place, and at another one if the patient chooses it.
 * @param {Booking} booking @param {Appointment} appointment */
const move = (booking, appointment) => {
  const { t, frame, clock, clinic } = booking;
  const { service, practitioner, location, startsAt } = appointment;
  /** @param {string | null} locationId */
  const timesAt = (locationId) => slotPicker({
    ...booking,
    filter: { serviceId: service.id, practitionerId: practitioner.id, locationId },
    from: clock.dateOf(startsAt),
    choose: (slot) => confirmMove(booking, appointment, slot),
  }).element;
  const isListed = clinic.locations.some(({ id }) => id === location.id);
  const times = h('div', {}, timesAt(isListed ? location.id : null));
  frame.show({
    title: t('manage.moveTitle'),
    lead: t('manage.moveLead', { time: whenAndWhere(appointment, booking) }),
    content: [
      isListed && clinic.locations.length > 1
        ? placeSelect(booking, location.id, (locationId) => times.replaceChildren(timesAt(locationId))) : null,
      times,
    ],
    back: () => showOverview(booking),
  });
};

/** @param {Booking} booking @param {string} current @param {(locationId: string) => void} choose */
const placeSelect = ({ t, clinic }, current, choose) => {
  const select = h('select', { class: 'input', part: 'input', id: 'location', onchange: () => choose(select.value) },
    ...clinic.locations.map(({ id, name }) => h('option', { value: id, selected: id === current }, name)));
  return h('div', { class: 'fields' },
    h('div', { class: 'field', part: 'field' }, h('label', { for: 'location' }, t('location.question')), select));
};

/** Whether a visit may be at one of several places. @param {Booking} booking */
const hasPlaces = ({ clinic, appointments }) =>
  new Set([...clinic.locations, ...appointments.map(({ location }) => location)].map(({ id }) => id)).size > 1;

/** @param {Pick<Slot, 'startsAt' | 'location'>} visit @param {Booking} booking */
const timeAndPlace = (visit, booking) =>
  h('span', {}, startTime(visit, booking), h('span', { class: 'line' }, visit.location.name));

/** In words, with the place where there are several. @param {Appointment} visit @param {Booking} booking */
const whenAndWhere = (visit, booking) => {
  const time = dayAndTime(visit, booking);
  return hasPlaces(booking) ? booking.t('manage.timeAndPlace', { time, place: visit.location.name }) : time;
};

/** @param {Booking} booking @param {Appointment} appointment @param {Pick<Slot, 'startsAt' | 'location'>} slot */
const confirmMove = (booking, appointment, slot) => {
  const { t, frame } = booking;
  frame.show({
    title: t('manage.moveConfirmTitle'),
    content: [h('dl', { class: 'move' },
      h('div', {}, h('dt', {}, t('manage.moveFrom')), h('dd', {}, timeAndPlace(appointment, booking))),
      h('div', {}, h('dt', {}, t('manage.moveTo')), h('dd', { class: 'strong' }, timeAndPlace(slot, booking))))],
    back: () => move(booking, appointment),
    primary: {
      label: t('manage.moveYes'),
      act: () => sendMove(booking, appointment, slot, new Map()),
    },
  });
};

/** @param {Booking} booking @param {Appointment} appointment @param {Pick<Slot, 'startsAt' | 'location'>} slot
 * @param {Map<string, import('./types.js').Answer>} answers  where the clinic asks its questions again
 * @param {HTMLElement[]} [groups]  the questions, where they are shown already */
const sendMove = async (booking, appointment, slot, answers, groups) => {
  const { t, frame, server, manageToken } = booking;
  const state = { answers, isScreened: false };
  if (groups && marksMissing({ state, t, frame }, groups, [])) return;
  const { startsAt, location: { id: locationId } } = slot;
  const input = { manageToken, appointmentId: appointment.id, startsAt, locationId, screening: screeningOf(state) };
  const { appointment: changed, problems } = await reschedule(server, input);
  const incomplete = problems.find(({ __typename }) => __typename === 'ScreeningIncomplete');
  if (changed) showChanged(booking, changed, t('manage.moveDone', { time: whenAndWhere(changed, booking) }));
  else if (problems.some(({ __typename }) => __typename === 'CallTheClinic')) askToCall(booking);
  else if (incomplete?.missing?.length) showQuestions(booking, appointment, slot, incomplete.missing);
  else refuse(booking, problems, appointment, slot);
};

/** The visit would be too long after the answers of its booking. @param {Booking} booking
 * @param {Appointment} appointment @param {Pick<Slot, 'startsAt' | 'location'>} slot @param {import('./types.js').Question[]} questions */
const showQuestions = (booking, appointment, slot, questions) => {
  const { t, frame } = booking;
  const state = { answers: new Map(), isScreened: false };
  const groups = questions.map((question, i) => questionGroup(question, i, { state, t }));
  frame.show({
    title: t('screening.title'),
    lead: t('screening.lead'),
    content: [...groups, attestation(t)],
    back: () => showOverview(booking),
    primary: { label: t('continue'), act: () => sendMove(booking, appointment, slot, state.answers, groups) },
  });
};

/** The visit stands as it was. @param {Booking} booking */
const askToCall = (booking) => {
  const { t, frame, clinic } = booking;
  frame.show({
    title: t('call.title'),
    lead: t('call.lead'),
    content: [h('div', { class: 'call', part: 'call' }, contactLine(clinic, booking)), h('p', { class: 'soft' }, t('call.forgotten'))],
    back: () => showOverview(booking),
  });
};

/** @param {Booking} booking @param {Appointment} changed @param {string} text */
const showChanged = (booking, changed, text) => {
  // All appointments of a booking share one calendar file.
  const appointments = booking.appointments
    .map((appointment) =>
      appointment.id === changed.id ? changed : { ...appointment, calendarFile: changed.calendarFile })
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt));
  showOverview({ ...booking, appointments });
  booking.frame.notice({ title: text, tone: 'good' });
};

/** @param {Booking} booking @param {import('./types.js').Problem[]} problems
 * @param {Appointment} [appointment] the one that was to be moved @param {Pick<Slot, 'startsAt' | 'location'> | null} [lost] to there */
const refuse = (booking, problems, appointment, lost = null) => {
  const { t, frame } = booking;
  const isLate = problems.some(({ __typename }) => __typename === 'TooLateToChange');
  if (isLate || !appointment) {
    frame.notice(isLate ? { title: t('manage.tooLate') } : { title: problemText(problems[0], t), text: t('problem.call') });
  } else {
    move(booking, appointment);
    const context = { hasPlaces: hasPlaces(booking), lost };
    frame.notice(otherTimesNotice(problems, booking, context, (slot) => confirmMove(booking, appointment, slot)));
  }
};
