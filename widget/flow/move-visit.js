/**
 * @file A visit is moved: times near its own, at its place and with its practitioner unless the patient chooses others.
 *
 * @typedef {import('./manage-page.js').Booking} Booking
 * @typedef {import('./types.js').Appointment} Appointment
 * @typedef {Pick<import('./types.js').Slot, 'startsAt' | 'location' | 'practitioner'>} Slot
 * @typedef {{practitionerId: string | null, locationId: string | null, practitioners: import('./types.js').Practitioner[]}} Wish
 *   null for any; `practitioners` are those that the patient has asked to see
 * @typedef {object} Overview  Where the patient comes from and goes back to.
 * @property {() => void} show
 * @property {(changed: Appointment, text: string) => void} showChanged
 * @property {(title: string) => void} showTooLate
 */
import { reschedule } from '../api/manage.js';
import { completePractitioners } from '../api/practitioners.js';
import { slotPicker } from '../calendar/slot-picker.js';
import { marksMissing, screeningOf, screeningPage } from '../steps/screening.js';
import { dayAndTime, startTime } from '../ui/appointment.js';
import { contactLine } from '../ui/contact.js';
import { h, quietButton, selectField } from '../ui/element.js';
import { otherTimesNotice } from '../ui/problem-text.js';

/** @param {Booking} booking @param {Appointment} appointment @param {Overview} overview */
export const moveVisit = (booking, appointment, overview) => {
  const { t, frame, clock, clinic, server, manageToken, appointments } = booking;
  const { id, service, practitioner, location, startsAt } = appointment;
  const isListed = clinic.locations.some((place) => place.id === location.id);

  /** @param {Wish} [wish] */
  const choose = (wish = { practitionerId: practitioner.id, locationId: isListed ? location.id : null, practitioners: [] }) => {
    const times = h('div');
    const filter = () => ({
      serviceId: service.id, practitionerId: wish.practitionerId, locationId: wish.locationId,
      moving: { manageToken, appointmentId: id },
    });
    const showTimes = () => times.replaceChildren(slotPicker({
      ...booking, filter: filter(), from: clock.dateOf(startsAt), choose: (slot) => confirm(slot, wish),
    }).element);
    const place = isListed && clinic.locations.length > 1
      && selectField('location', t('location.question'), clinic.locations, wish.locationId, (locationId) => {
        wish.locationId = locationId;
        showTimes();
        people?.showFirstTimes();
      });
    // All visits of a course are with one practitioner.
    const people = appointments.length === 1 ? othersChoice(booking, appointment, wish, showTimes, filter) : null;
    showTimes();
    frame.show({
      title: t('manage.moveTitle'),
      lead: t('manage.moveLead', { time: whenAndWhere(appointment, booking) }),
      content: [h('div', { class: 'fields' }, place, people?.element), times],
      back: overview.show,
    });
  };

  /** @param {Slot} slot @param {Wish} wish */
  const confirm = (slot, wish) => frame.show({
    title: t('manage.moveConfirmTitle'),
    content: [h('dl', { class: 'move' },
      h('div', {}, h('dt', {}, t('manage.moveFrom')), h('dd', {}, timeAndPlace(appointment, booking), otherName(slot, wish) && line(practitioner.name))),
      h('div', {}, h('dt', {}, t('manage.moveTo')), h('dd', { class: 'strong' }, timeAndPlace(slot, booking), line(otherName(slot, wish)))))],
    back: () => choose(wish),
    primary: { label: t('manage.moveYes'), act: () => send(slot, wish, new Map()) },
  });

  /** Of another practitioner than the visit's. @param {Slot} slot @param {Wish} wish */
  const otherName = (slot, { practitioners }) =>
    slot.practitioner.id !== practitioner.id && practitioners.find((other) => other.id === slot.practitioner.id)?.name;

  /** @param {Slot} slot @param {Wish} wish @param {Map<string, import('./types.js').Answer>} answers  where the clinic asks its
   * questions again @param {HTMLElement[]} [groups]  the questions, where they are shown already */
  const send = async (slot, wish, answers, groups) => {
    const state = { answers, isScreened: false };
    if (groups && marksMissing({ state, t, frame }, groups, [])) return;
    const { appointment: changed, problems } = await reschedule(server, {
      manageToken, appointmentId: id, startsAt: slot.startsAt, locationId: slot.location.id, screening: screeningOf(state),
      practitionerId: slot.practitioner.id === practitioner.id ? null : slot.practitioner.id,
    });
    const incomplete = problems.find(({ __typename }) => __typename === 'ScreeningIncomplete');
    if (changed) overview.showChanged(changed, t('manage.moveDone', { time: whenAndWhere(changed, booking) }));
    else if (problems.some(({ __typename }) => __typename === 'CallTheClinic')) askToCall(booking, overview);
    else if (incomplete?.missing?.length) ask(incomplete.missing, (given, shown) => send(slot, wish, given, shown));
    else if (problems.some(({ __typename }) => __typename === 'TooLateToChange')) overview.showTooLate(t('manage.tooLate'));
    else {
      choose(wish);
      const context = { hasPlaces: hasPlaces(booking), lost: slot, practitionerId: wish.practitionerId };
      frame.notice(otherTimesNotice(problems, booking, context, (other) => confirm(other, wish)));
    }
  };

  /** The visit would be too long after the answers of its booking. @param {import('./types.js').Question[]} questions
   * @param {(answers: Map<string, import('./types.js').Answer>, groups: HTMLElement[]) => Promise<void>} proceed */
  const ask = (questions, proceed) => {
    const state = { answers: new Map(), isScreened: false };
    frame.show({ ...screeningPage(questions, { state, t, frame }, (groups) => proceed(state.answers, groups)), back: overview.show });
  };

  choose();
};

/** Those who may deliver the visit's service; none where that is nobody but its own practitioner.
 * @param {Booking} booking @param {Appointment} appointment */
export const practitionersOf = async ({ server }, { service, practitioner }) => {
  /** @type {{id: string, practitioners: import('./types.js').Practitioner[], hasMorePractitioners: boolean}} */
  const offered = { id: service.id, practitioners: [], hasMorePractitioners: true };
  await completePractitioners(server, offered);
  const { practitioners } = offered;
  return practitioners.some(({ id }) => id !== practitioner.id) ? practitioners : [];
};

/** A button that becomes the cards of all who may deliver the visit's service. `showFirstTimes` is for another filter.
 * @param {Booking} booking @param {Appointment} appointment @param {Pick<Wish, 'practitionerId' | 'practitioners'>} wish
 * @param {() => void} onChange @param {() => import('./types.js').Filter} [filter]  of each one's next time */
export const othersChoice = (booking, appointment, wish, onChange, filter) => {
  const { t, frame } = booking;
  const place = h('div', { class: 'choices' });
  /** @type {ReturnType<typeof import('../calendar/people.js').peopleChoice> | undefined} */
  let people;
  const showFirstTimes = () => filter && people?.showFirstTimes(filter());
  const show = async () => {
    const { peopleChoice } = await import('../calendar/people.js');
    people = peopleChoice(booking, wish.practitioners, wish.practitionerId, (id) => {
      wish.practitionerId = id;
      onChange();
    }, { hasNext: !!filter });
    place.replaceWith(people.element);
    showFirstTimes();
    return people.element;
  };
  const load = async () => {
    wish.practitioners = await practitionersOf(booking, appointment);
    if (!wish.practitioners.length) return frame.notice({ tone: 'calm', title: t('manage.noOthers') });
    const chosen = /** @type {HTMLElement | null} */ ((await show()).querySelector(':checked'));
    chosen?.focus();
    chosen?.closest('label')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  };
  if (wish.practitioners.length) show();
  else place.append(quietButton(t('manage.others'), (button) => frame.run(load, button)));
  return { element: place, showFirstTimes };
};

/** The visit stands as it was. @param {Booking} booking @param {Pick<Overview, 'show'>} overview */
export const askToCall = (booking, overview) => {
  const { t, frame, clinic } = booking;
  frame.show({
    title: t('call.title'),
    lead: t('call.lead'),
    content: [h('div', { class: 'call', part: 'call' }, contactLine(clinic, booking)), h('p', { class: 'soft' }, t('call.forgotten'))],
    back: overview.show,
  });
};

/** @param {string | false | undefined} text */
const line = (text) => text && h('span', { class: 'line' }, text);

/** Whether a visit may be at one of several places. @param {Booking} booking */
export const hasPlaces = ({ clinic, appointments }) =>
  new Set([...clinic.locations, ...appointments.map(({ location }) => location)].map(({ id }) => id)).size > 1;

/** @param {Pick<Slot, 'startsAt' | 'location'>} visit @param {Booking} booking */
export const timeAndPlace = (visit, booking) =>
  h('span', {}, startTime(visit, booking), h('span', { class: 'line' }, visit.location.name));

/** In words, with the place where there are several. @param {Appointment} visit @param {Booking} booking */
export const whenAndWhere = (visit, booking) => {
  const time = dayAndTime(visit, booking);
  return hasPlaces(booking) ? booking.t('manage.timeAndPlace', { time, place: visit.location.name }) : time;
};
