/**
 * @file Here is the second step: with whom, the day and the time, or those of each visit of a course.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 * @typedef {import('../flow/types.js').Slot} Slot
 * @typedef {import('../flow/types.js').Problem} Problem
 */
import { h } from '../ui/element.js';
import { filterFor } from '../flow/holds.js';
import { picker } from '../calendar/slot-picker.js';
import { otherTimes } from '../api/problems.js';
import { when } from '../ui/summary.js';
import { plusDays } from '../calendar/clock.js';
import { who } from '../calendar/practitioner-select.js';

const BETWEEN_VISITS = 7;

/** @type {import('../flow/types.js').Step} */
export const timeStep = {
  name: 'time',
  isNeeded: () => true,
  show: (flow) => {
    const { state, say, next, holds } = flow;
    const of = state.visits.length;
    if (of === 1) holds.drop(0);
    const place = Math.max(state.visits.indexOf(null), 0);
    const isComplete = !state.visits.includes(null);
    const choice = isComplete ? null : h('div', {}, choosing(flow, place));
    const change = () => {
      const wasBegun = holds.kept().length > 0;
      holds.clear();
      if (wasBegun || !choice) flow.goTo('time');
      else choice.replaceChildren(choosing(flow, 0));
    };
    const title = of === 1 ? say('time.title')
      : isComplete ? say('time.titleAll') : say('time.titleVisit', { n: place + 1, of });
    return {
      title,
      lead: lead(flow),
      content: [who(flow, change), of > 1 && isComplete ? h('p', { class: 'soft' }, say('time.changeEach')) : null, chosen(flow), choice, faq(flow)],
      primary: isComplete ? { label: say('continue'), act: next } : null,
    };
  },
};

/** Who it is with, where that isn't a choice (any more). @param {Flow} flow */
const lead = ({ state, say }) => {
  const people = state.service?.practitioners ?? [];
  const name = people.find(({ id }) => id === filterFor(state).practitionerId)?.name;
  const service = state.service?.name ?? '';
  return name ? say('time.lead', { service, practitioner: name }) : service;
};

/** What people ask about it, in the clinic's words; out of the way. @param {Flow} flow */
const faq = ({ state }) => {
  const asked = state.service?.faq ?? [];
  return asked.length ? h('div', { class: 'faq', part: 'faq' }, ...asked.map(({ question, answer }) =>
    h('details', {}, h('summary', {}, question), h('p', { class: 'soft' }, answer)))) : null;
};

/** The times of a course that are kept so far. @param {Flow} flow */
const chosen = (flow) => {
  const { state, say, holds, goTo, frame } = flow;
  if (state.visits.length === 1 || !holds.kept().length) return null;
  /** @param {import('../flow/types.js').Held | null} held @param {number} i */
  const item = (held, i) => {
    if (!held) return h('li', { class: 'soft' }, say('time.visitOpen', { n: i + 1 }));
    const remove = () => {
      holds.drop(i);
      goTo('time');
      frame.tell(say('time.removed', { n: i + 1 }));
    };
    return h('li', {},
      h('span', {}, say('time.visit', { n: i + 1 }), ' ', when(held.slot.startsAt, flow)),
      h('button', { type: 'button', class: 'quiet', 'aria-label': say('time.removeVisit', { n: i + 1 }), onclick: remove },
        say('time.remove')));
  };
  return h('ol', { class: 'chosen', part: 'chosen' }, ...state.visits.map(item));
};

/** @param {Flow} flow @param {number} place */
const choosing = (flow, place) => {
  const { state, say, clock, client, frame, catalogue, holds } = flow;
  const former = state.visits.slice(0, place).filter((one) => one !== null).at(-1);
  const formerDate = former && clock.dateOf(former.slot.startsAt);
  const times = picker({
    say, clock, client, frame, clinic: catalogue.clinic,
    filter: filterFor(state),
    ready: holds.settled(),
    former: state.near,
    from: state.near ? clock.dateOf(state.near) : formerDate ? plusDays(formerDate, BETWEEN_VISITS) : clock.today(),
    notBefore: formerDate && plusDays(formerDate, 1),
    choose: async (slot) => {
      // Not waited for: the other times can be chosen at once.
      if (!(await take(flow, slot))) times.refresh();
    },
  });
  return times.element;
};

/** Keeps the time for the visitor, or says why not. @param {Flow} flow @param {Slot} slot */
const take = async (flow, slot) => {
  const { state, say, frame, holds, next, goTo } = flow;
  const place = Math.max(state.visits.indexOf(null), 0);
  // The others follow in a rhythm, and are shown before anything is booked.
  if (state.visits.length > 1 && !holds.kept().length && (await holds.takeRhythm(slot.startsAt, BETWEEN_VISITS))) {
    goTo('time');
    return true;
  }
  const problems = await holds.take(place, slot.startsAt);
  if (problems.length) {
    refuse(flow, problems);
  } else if (state.visits.includes(null)) {
    goTo('time');
    frame.tell(say('time.kept', { n: place + 1 }));
  } else {
    next();
  }
  return problems.length === 0;
};

/** @param {Flow} flow @param {Problem[]} problems */
const refuse = (flow, problems) => {
  flow.tell('problem', { problem: problems[0]?.__typename });
  flow.frame.notice(otherTimes(problems, flow, (slot, button) => flow.frame.run(() => take(flow, slot), button)));
};

/** Back to the times because a chosen one is gone. @param {Flow} flow @param {Problem[]} problems */
export const offerOtherTimes = (flow, problems) => {
  flow.goTo('time');
  refuse(flow, problems);
};
