/**
 * @file Second step: practitioner, day and time, or the times of all visits of a course.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 * @typedef {import('../flow/types.js').Problem} Problem
 */
import { plusDays } from '../calendar/dates.js';
import { partChoice } from '../calendar/part-choice.js';
import { practitionerChoice } from '../calendar/practitioner-choice.js';
import { slotPicker } from '../calendar/slot-picker.js';
import { soonestTimes } from '../calendar/soonest.js';
import { filterFor } from '../flow/held-slots.js';
import { h, quietButton } from '../ui/element.js';
import { inTasks } from '../ui/tasks.js';

const DAYS_BETWEEN_VISITS = 7;

/** @type {import('../flow/types.js').Step} */
export const timeStep = {
  name: 'time',
  show: (flow) => {
    const { state, t, next, holds } = flow;
    const of = state.held.length;
    const isCourse = of > 1;
    if (!isCourse) holds.drop(0);
    const index = state.held.indexOf(null);
    const isComplete = index < 0;
    const choice = isComplete ? null : h('div');
    const parts = h('div');
    // Who comes from a page that wishes for a time has one in mind.
    const soonest = holds.all.length || flow.preselection.at ? null
      : soonestTimes(flow, async (slot) => (await take(flow, slot, slot.practitioner.id)) || restart());
    const showTimes = () => choice?.replaceChildren(slotChoice(flow, index, dropHours));
    const showParts = () => parts.replaceChildren(partChoice(flow, showTimes));
    const dropHours = () => {
      state.hours = null;
      showParts();
      showTimes();
      parts.querySelector('input')?.focus();
    };
    const restart = () => {
      const isBegun = holds.all.length > 0;
      holds.clear();
      if (isBegun || !choice) return flow.goTo('time');
      soonest?.load();
      showTimes();
    };
    // The soonest times are shown first, and nothing above what is shown.
    const rest = h('div', { class: 'rest' });
    const add = (/** @type {(Node | null)[]} */ ...nodes) => rest.append(...nodes.filter((node) => node !== null));
    inTasks([
      () => {
        showTimes();
        showParts();
        add(choice && parts);
      },
      () => add(practitionerChoice(flow, restart)),
      () => add(
        isCourse && isComplete ? h('p', { class: 'soft' }, t('time.changeEach')) : null,
        isCourse ? courseTimes(flow) : null,
        choice,
        questions(flow),
      ),
    ]);
    return {
      title: !isCourse ? t('time.title') : isComplete ? t.count('visits.title', of) : t('time.titleVisit', { n: index + 1, of }),
      lead: leadText(flow),
      content: [
        isCourse && !holds.all.length ? h('p', { class: 'soft' }, t('visits.rhythm', { n: of - 1 })) : null,
        soonest && soonest.element,
        rest,
      ],
      primary: isComplete ? { label: t('continue'), act: next } : null,
    };
  },
};

/** The service, and the practitioner where that isn't a choice (any more). @param {Flow} flow */
const leadText = ({ state, t }) => {
  const { practitionerId } = filterFor(state);
  const practitioner = state.service?.practitioners.find(({ id }) => id === practitionerId)?.name;
  const service = state.service?.name ?? '';
  return practitioner ? t('time.lead', { service, practitioner }) : service;
};

/** Frequent questions about the service, in the clinic's words. @param {Flow} flow */
const questions = ({ state }) => {
  const faq = state.service?.faq ?? [];
  return faq.length ? h('div', { class: 'faq', part: 'faq' }, ...faq.map(({ question, answer }) =>
    h('details', {}, h('summary', {}, question), h('p', { class: 'soft' }, answer)))) : null;
};

const course = () => import('./course.js');

/** @param {Flow} flow */
const courseTimes = (flow) => {
  const list = h('ol', { class: 'chosen', part: 'chosen', hidden: !flow.holds.all.length });
  if (list.hidden) return list;
  course().then(({ courseTimes: items }) => list.replaceChildren(...items(flow)))
    .catch((reason) => flow.frame.showTrouble(reason, () => flow.goTo('time')));
  return list;
};

/** @param {Flow} flow @param {number} index @param {() => void} dropHours */
const slotChoice = (flow, index, dropHours) => {
  const { state, t, clock, server, frame, catalogue, holds } = flow;
  const former = state.held.slice(0, index).filter((held) => held !== null).pop();
  const formerDate = former && clock.dateOf(former.slot.startsAt);
  const picker = slotPicker({
    t, clock, server, frame, clinic: catalogue.clinic,
    filter: filterFor(state),
    hours: state.hours,
    dropHours: state.hours ? dropHours : undefined,
    lost: () => holds.taken,
    ready: holds.released,
    former: state.nearestTo,
    from: state.nearestTo ? clock.dateOf(state.nearestTo)
      : formerDate ? plusDays(formerDate, DAYS_BETWEEN_VISITS) : state.day ?? clock.today(),
    showsDay: flow.showsDay,
    notBefore: formerDate && plusDays(formerDate, 1),
    choose: async (slot) => {
      // Not awaited: the other times can be chosen at once.
      if (!(await take(flow, slot))) picker.refresh();
    },
  });
  if (catalogue.clinic.waitingList && state.service?.visits === 1) {
    picker.element.append(h('p', { class: 'choices' }, quietButton(t('wait.title'), (button) => frame.run(flow.wait, button))));
  }
  return picker.element;
};

/** Holds the time at the place that was shown with it and goes on, or says why not.
 * @param {Flow} flow @param {Pick<import('../flow/types.js').Slot, 'startsAt' | 'location'>} slot
 * @param {string} [practitionerId]  who was shown with it */
export const take = async (flow, { startsAt, location }, practitionerId) => {
  const { state, t, frame, holds, next, goTo } = flow;
  const index = Math.max(state.held.indexOf(null), 0);
  // The other visits follow in a rhythm, and are shown before anything is booked.
  if (state.held.length > 1 && !holds.all.length && (await (await course()).takeCourse(flow, startsAt, DAYS_BETWEEN_VISITS, practitionerId))) {
    goTo('time');
    return true;
  }
  const problems = await holds.take(index, startsAt, location.id, practitionerId);
  if (problems.length) {
    await refuse(flow, problems);
  } else if (state.held.includes(null)) {
    goTo('time');
    frame.announce(t('time.kept', { n: index + 1 }));
  } else {
    next();
  }
  return problems.length === 0;
};

/** @param {Flow} flow @param {Problem[]} problems */
const refuse = async (flow, problems) => (await import('./refusals.js')).refuseTime(flow, problems);

/** Back to the times because a chosen one is gone. @param {Flow} flow @param {Problem[]} problems */
export const offerOtherTimes = (flow, problems) => {
  flow.goTo('time');
  return refuse(flow, problems);
};
