/**
 * @file Here is how a booked visit is seen, moved and cancelled. The secret of the link stays after the `#`, and is
 * sent only in the body of a request.
 *
 * @typedef {import('./types.js').Appointment} Appointment
 * @typedef {import('./types.js').Clinic} Clinic
 * @typedef {import('./types.js').Slot} Slot
 * @typedef {{say: import('./types.js').Say, clock: import('../calendar/clock.js').Clock, frame: import('../ui/frame.js').Frame,
 *   client: import('../api/client.js').Client, clinic: Clinic, token: string, visits: Appointment[]}} Desk
 */
import { createClient } from '../api/client.js';
import { contact, phoneOfPage } from '../ui/contact.js';
import { h } from '../ui/element.js';
import { createFrame } from '../ui/frame.js';
import { downloadLink, mapLink } from '../ui/links.js';
import { dialogSheet } from '../styles/dialog-sheet.js';
import { picker } from '../calendar/slot-picker.js';
import { otherTimes } from '../api/problems.js';
import * as strings from './strings.js';
import { summary, when } from '../ui/summary.js';
import { createClock } from '../calendar/clock.js';
import { waiting } from '../ui/skeleton.js';

/** @param {HTMLElement} host @param {ShadowRoot} root @param {URL} api */
export const manage = async (host, root, api) => {
  const say = await strings.load(strings.languageOf(host));
  root.adoptedStyleSheets = [dialogSheet];
  const client = createClient({ api, language: say.language });
  const frame = createFrame({ say, isInline: true, onTrouble: () => {} });
  frame.setClinic('', phoneOfPage(host, say));
  root.replaceChildren(frame.element);

  const load = async () => {
    const token = location.hash.slice(1);
    const { clinic, visits } = await client.managed(token);
    const clock = createClock({ locale: say.locale, zone: clinic.timeZone });
    frame.setClinic(clinic.name, contact(clinic, clock, say));
    const desk = { say, clock, frame, client, clinic, token, visits };
    if (visits.length) overview(desk, { isQuiet: true });
    else frame.show({ title: say('manage.unknownTitle'), content: [h('p', {}, say('manage.unknownText'))] }, { isQuiet: true });
  };
  const begin = () => {
    frame.show(waiting(say), { isQuiet: true });
    frame.run(load);
  };
  window.addEventListener('hashchange', begin);
  begin();
};

/** @param {Desk} desk @param {{isQuiet?: boolean}} [how] */
const overview = (desk, how) => {
  const { say, frame, visits } = desk;
  const [first] = visits;
  if (!first) return;
  const { service, practitioner, location: place, calendarFile } = first;
  frame.show({
    title: visits.length > 1 ? say('manage.titleCourse') : say('manage.title'),
    content: [
      ...visits.map((visit, i) => card(desk, visit, i)),
      summary({
        service: service.name,
        practitioner: [practitioner.name, practitioner.title].filter(Boolean).join(', '),
        times: [],
        place: [place.name, ...place.address.map((line) => h('span', { class: 'line' }, line)), mapLink(place.address, say)],
      }, desk),
      service.preparation
        ? h('section', { class: 'prepare' }, h('h3', {}, say('confirmed.prepare')), h('p', {}, service.preparation))
        : null,
      visits.some(({ status }) => status === 'BOOKED')
        ? h('p', { class: 'choices' }, downloadLink(calendarFile, say))
        : null,
    ],
  }, how);
};

/** @param {Desk} desk @param {Appointment} visit @param {number} i */
const card = (desk, visit, i) => {
  const { say, visits } = desk;
  const { status, startsAt, reference, changeDeadline } = visit;
  return h('section', { class: `visit${status === 'CANCELLED' ? ' cancelled' : ''}`, part: 'visit' },
    visits.length > 1 ? h('p', { class: 'soft' }, say('manage.visit', { n: i + 1, of: visits.length })) : null,
    h('h3', {}, when(startsAt, desk)),
    h('p', { class: 'soft' }, say.count('confirmed.reference', 1), ' ', h('span', { class: 'reference' }, reference)),
    ...(visit.canChange
      ? [h('p', { class: 'soft' }, say('manage.until', { time: dayAndTime(changeDeadline, desk) })), changes(desk, visit)]
      : [h('p', {}, whyNot(desk, visit))]));
};

/** @param {Desk} desk @param {Appointment} visit */
const whyNot = ({ say }, { status, endsAt }) => {
  if (status === 'CANCELLED') return say('manage.cancelled');
  return Date.parse(endsAt) < Date.now() ? say('manage.past') : say('manage.tooLate');
};

/** @param {Desk} desk @param {Appointment} visit */
const changes = (desk, visit) => {
  const { say } = desk;
  const time = dayAndTime(visit.startsAt, desk);
  return h('p', { class: 'choices' },
    h('button', { type: 'button', class: 'quiet', 'aria-label': say('manage.moveVisit', { time }), onclick: () => move(desk, visit) },
      say('manage.move')),
    h('button', { type: 'button', class: 'quiet', 'aria-label': say('manage.cancelVisit', { time }),
      onclick: () => confirmCancel(desk, visit) }, say('manage.cancel')));
};

/** @param {string} instant @param {Pick<Desk, 'say' | 'clock'>} voice */
const dayAndTime = (instant, { say, clock }) =>
  say('dayAndTime', { day: clock.day(clock.dateOf(instant)), time: clock.time(instant) });

/** @param {Desk} desk @param {Appointment} visit */
const confirmCancel = (desk, visit) => {
  const { say, frame, client, token } = desk;
  frame.show({
    title: say('manage.cancelTitle'),
    lead: when(visit.startsAt, desk),
    content: [h('p', {}, say('manage.cancelText'))],
    back: () => overview(desk),
    primary: {
      label: say('manage.cancelYes'),
      act: async () => {
        const { appointment, problems } = await client.cancel({ manageToken: token, appointmentId: visit.id });
        if (appointment) changed(desk, appointment, say('manage.cancelDone'));
        else refuse(desk, problems);
      },
    },
  });
};

/** @param {Desk} desk @param {Appointment} visit */
const move = (desk, visit) => {
  const { say, frame, clock } = desk;
  const times = picker({
    ...desk,
    filter: { serviceId: visit.service.id, practitionerId: visit.practitioner.id, locationId: null },
    from: clock.dateOf(visit.startsAt),
    choose: (slot) => confirmMove(desk, visit, slot),
  });
  frame.show({
    title: say('manage.moveTitle'),
    lead: say('manage.moveLead', { time: dayAndTime(visit.startsAt, desk) }),
    content: [times.element],
    back: () => overview(desk),
  });
};

/** @param {Desk} desk @param {Appointment} visit @param {Slot} slot */
const confirmMove = (desk, visit, slot) => {
  const { say, frame, client, token } = desk;
  frame.show({
    title: say('manage.moveConfirmTitle'),
    content: [h('dl', { class: 'move' },
      h('div', {}, h('dt', {}, say('manage.moveFrom')), h('dd', {}, when(visit.startsAt, desk))),
      h('div', {}, h('dt', {}, say('manage.moveTo')), h('dd', { class: 'strong' }, when(slot.startsAt, desk))))],
    back: () => move(desk, visit),
    primary: {
      label: say('manage.moveYes'),
      act: async () => {
        const input = { manageToken: token, appointmentId: visit.id, startsAt: slot.startsAt };
        const { appointment, problems } = await client.reschedule(input);
        if (appointment) changed(desk, appointment, say('manage.moveDone', { time: dayAndTime(appointment.startsAt, desk) }));
        else refuse(desk, problems, visit);
      },
    },
  });
};

/** @param {Desk} desk @param {Appointment} visit @param {string} text */
const changed = (desk, visit, text) => {
  // The calendar file is one for all visits.
  const visits = desk.visits
    .map((one) => (one.id === visit.id ? visit : { ...one, calendarFile: visit.calendarFile }))
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt));
  overview({ ...desk, visits });
  desk.frame.notice({ title: text, tone: 'good' });
};

/** @param {Desk} desk @param {import('./types.js').Problem[]} problems @param {Appointment} [visit] that was to be moved */
const refuse = (desk, problems, visit) => {
  const { say, frame } = desk;
  const isLate = problems.some(({ __typename }) => __typename === 'TooLateToChange');
  if (isLate || !visit) {
    frame.notice({ title: isLate ? say('manage.tooLate') : say('problem.other'), text: isLate ? '' : say('problem.call') });
  } else {
    move(desk, visit);
    frame.notice(otherTimes(problems, desk, (slot) => confirmMove(desk, visit, slot)));
  }
};
