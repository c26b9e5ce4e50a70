/**
 * @file The visits of a course that can still be moved, moved together: a plan, each of whose times can be changed.
 *
 * @typedef {import('./manage-page.js').Booking} Booking
 * @typedef {import('./types.js').Appointment} Appointment
 * @typedef {import('./types.js').LocalDate} LocalDate
 * @typedef {import('../api/course-move.js').Planned} Planned
 * @typedef {Map<string, import('./types.js').Answer>} Answers
 * @typedef {object} Plan
 * @property {LocalDate} from  the day of the next visit
 * @property {string | null} practitionerId  null: any one
 * @property {import('./types.js').Practitioner[]} practitioners  that the patient has asked to see
 * @property {Planned[]} visits
 */
import { planMove, rescheduleCourse } from '../api/course-move.js';
import { plusDays, utc } from '../calendar/dates.js';
import { slotPicker } from '../calendar/slot-picker.js';
import { marksMissing, screeningOf, screeningPage } from '../steps/screening.js';
import { dayAndTime, startTime } from '../ui/appointment.js';
import { h, quietButton } from '../ui/element.js';
import { otherTimesNotice } from '../ui/problem-text.js';
import { showChangedCourse, showOverview } from './manage-page.js';
import { askToCall, hasPlaces, othersChoice } from './move-visit.js';

const DAY = 86_400_000;
const WEEK = 7;

/** @param {Booking} booking */
export const moveCourse = async (booking) => {
  const { t, frame, clock, clinic, server, manageToken, appointments } = booking;
  const movable = appointments.filter(({ canChange }) => canChange);
  const [first] = movable;
  if (!first) return showOverview(booking);
  const { service, practitioner } = first;
  const own = clock.dateOf(first.startsAt);
  /** @type {Plan} */
  const plan = { from: plusDays(own, WEEK), practitionerId: practitioner.id, practitioners: [], visits: [] };
  const overview = { show: () => showOverview(booking) };
  /** @param {string} id */
  const visitOf = (id) => /** @type {Appointment} */ (movable.find((visit) => visit.id === id) ?? first);

  const list = h('ol', { class: 'chosen moves', part: 'chosen' });
  const plans = async () => {
    const { from, practitionerId } = plan;
    const byDays = Math.round((utc(from) - utc(own)) / DAY);
    const wish = { manageToken, byDays, practitionerId: otherThanTheirs(practitionerId), anyPractitioner: practitionerId === null };
    plan.visits = await planMove(server, wish);
    // A choice that was made meanwhile.
    if (plan.from !== from || plan.practitionerId !== practitionerId) await plans();
  };
  /** The focus stays on what was changed. */
  const planAgain = () => frame.run(async () => {
    await plans();
    list.replaceChildren(...plan.visits.map(item));
    frame.announce(plan.visits.map(({ slot }) => (slot ? dayAndTime(slot, booking) : t('manage.course.none'))).join(', '));
  });
  /** @param {string | null | undefined} id */
  const otherThanTheirs = (id) => (id && id !== practitioner.id ? id : null);
  /** With whom the planned visits are. */
  const chosen = () => plan.visits.find(({ slot }) => slot)?.slot?.practitioner.id ?? plan.practitionerId ?? practitioner.id;

  const show = () => {
    list.replaceChildren(...plan.visits.map(item));
    const staying = appointments.filter(({ status, canChange, startsAt }) =>
      status === 'BOOKED' && !canChange && Date.parse(startsAt) > Date.now()).length;
    frame.show({
      title: t('manage.course.title'),
      lead: t('manage.course.lead'),
      content: [
        h('div', { class: 'fields' }, dayField()),
        othersChoice(booking, first, plan, planAgain).element,
        list,
        staying ? h('p', { class: 'soft' }, t.count('manage.course.stay', staying)) : null,
      ],
      back: overview.show,
      primary: { label: t.count('manage.course.yes', plan.visits.length), act: () => send(new Map()) },
    });
  };

  const dayField = () => {
    const today = clock.today();
    const input = h('input', {
      class: 'input', part: 'input', type: 'date', id: 'from', value: plan.from, min: today,
      max: plusDays(today, clinic.bookingPolicy.horizonDays),
      onchange: () => {
        if (!input.value) return;
        plan.from = input.value;
        planAgain();
      },
    });
    return h('div', { class: 'field', part: 'field' }, h('label', { for: 'from' }, t('manage.course.from')), input);
  };

  /** @param {Planned} planned @param {number} i */
  const item = ({ id, slot }, i) => {
    const visit = visitOf(id);
    const label = slot ? t('time.removeVisit', { n: i + 1 }) : `${t('manage.course.choose')}: ${dayAndTime(visit, booking)}`;
    return h('li', {},
      h('span', {},
        h('s', { class: 'soft line' }, dayAndTime(visit, booking)),
        slot ? startTime(slot, booking) : h('span', { class: 'strong' }, t('manage.course.none')),
        slot && otherThanTheirs(slot.practitioner.id) && h('span', { class: 'line' }, slot.practitioner.name),
        slot && hasPlaces(booking) && h('span', { class: 'line' }, slot.location.name)),
      quietButton(t(slot ? 'time.remove' : 'manage.course.choose'), () => choose(i), { 'aria-label': label }));
  };

  /** Another time for one of them. @param {number} i */
  const choose = (i) => {
    const planned = /** @type {Planned} */ (plan.visits[i]);
    const visit = visitOf(planned.id);
    frame.show({
      title: t('manage.moveTitle'),
      lead: t('manage.moveLead', { time: dayAndTime(visit, booking) }),
      content: [slotPicker({
        ...booking,
        filter: {
          serviceId: service.id, practitionerId: chosen(), locationId: visit.location.id,
          moving: { manageToken, appointmentId: visit.id, withCourse: true },
        },
        from: clock.dateOf(planned.slot?.startsAt ?? plan.from),
        choose: (slot) => take(i, slot),
      }).element],
      back: show,
    });
  };

  /** @param {number} i @param {import('./types.js').Slot} slot */
  const take = (i, slot) => {
    plan.visits = plan.visits.map((planned, n) => (n === i ? { ...planned, slot } : planned));
    show();
  };

  /** @param {Answers} answers  where the clinic asks its questions again @param {HTMLElement[]} [groups]  the questions,
   * where they are shown already */
  const send = async (answers, groups) => {
    const state = { answers, isScreened: false };
    if (groups && marksMissing({ state, t, frame }, groups, [])) return;
    if (plan.visits.some(({ slot }) => !slot)) return frame.notice({ title: t('manage.course.missing') });
    const { appointments: changed, problems } = await rescheduleCourse(server, {
      manageToken, practitionerId: otherThanTheirs(chosen()), screening: screeningOf(state),
      visits: plan.visits.map(({ id, slot }) => ({ appointmentId: id, startsAt: slot?.startsAt, locationId: slot?.location.id })),
    });
    if (changed) showChangedCourse(booking, changed, t('manage.course.done'));
    else refuse(problems);
  };

  /** @param {import('../api/manage.js').MoveProblem[]} problems */
  const refuse = (problems) => {
    /** @param {string} type */
    const of = (type) => problems.find(({ __typename }) => __typename === type);
    const incomplete = of('ScreeningIncomplete')?.missing;
    if (of('CallTheClinic')) return askToCall(booking, overview);
    if (incomplete?.length) {
      const state = { answers: new Map(), isScreened: false };
      const page = screeningPage(incomplete, { state, t, frame }, (groups) => send(state.answers, groups));
      return frame.show({ ...page, back: show });
    }
    show();
    if (of('TooLateToChange')) return frame.notice({ title: t('manage.tooLate') });
    const refused = Number(problems[0]?.path[2]);
    const context = {
      hasPlaces: hasPlaces(booking), lost: plan.visits[refused]?.slot ?? null, practitionerId: chosen(),
    };
    frame.notice(otherTimesNotice(problems, booking, context, (slot) => take(refused, slot)));
  };

  await plans();
  show();
};
