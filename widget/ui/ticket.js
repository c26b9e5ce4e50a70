/**
 * @file The card of what is booked: day, time, with whom, where, and how to prepare; the same on paper.
 *
 * @typedef {import('../flow/types.js').Appointment} Appointment
 */
import { changeRule, serviceFacts, startTime, summaryList, summaryRow } from './appointment.js';
import { h } from './element.js';
import { mapLink, whereOf } from './links.js';
import { face, titleAndLanguages } from './person.js';

/** @param {[Appointment, ...Appointment[]]} appointments @param {import('./appointment.js').Surroundings} surroundings
 * @param {import('../flow/types.js').Service | null} [known]  with the facts of the service
 * @param {string} [rule]  said of changes, where that is not until when they can be made */
export const ticket = (appointments, surroundings, known, rule) => {
  const { t, clock, server } = surroundings;
  const [first] = appointments;
  const { service, practitioner, location, joining, startsAt } = first;
  const day = clock.dateOf(startsAt);
  const own = clock.ownTime(startsAt);
  const isOne = appointments.length === 1;
  const facts = known ? serviceFacts(known, t, practitioner.id).join(' · ') : '';
  return h('article', { class: 'ticket', part: 'ticket' },
    h('div', { class: 'stub' },
      h('p', { class: 'leaf', 'aria-hidden': 'true' },
        ...clock.leaf(day).map((text, i) => h(i === 1 ? 'b' : 'span', {}, text))),
      h('div', {},
        h('p', { class: 'hour' }, h('span', { class: isOne ? 'sr' : 'when' }, clock.day(day), isOne && ', '),
          isOne && clock.time(startsAt, location.id)),
        isOne && own && h('p', {}, t('time.own', { time: own })),
        h('p', { class: 'strong' }, service.name),
        facts && h('p', {}, facts)),
      h('p', { class: 'ref' }, t.count('confirmed.reference', appointments.length), ' ',
        ...appointments.map(({ reference }) => h('strong', { class: 'reference', part: 'reference' }, reference)))),
    summaryList(
      !isOne && summaryRow('calendar', t('summary.when'), ...appointments.map((visit) => startTime(visit, surroundings))),
      summaryRow(face(practitioner, server), t('summary.who'),
        h('span', { class: 'strong' }, practitioner.name), h('span', { class: 'soft line' }, titleAndLanguages(practitioner, t))),
      summaryRow('place', t('summary.where'), ...whereOf(service, [
        h('span', { class: 'strong' }, location.name),
        ...[...location.address, location.directions, location.parking].map((text) => text && h('span', { class: 'soft line' }, text)),
        mapLink(location.address, t)], t)),
      summaryRow('clock', t('summary.changes'), rule ?? (isOne ? changeRule(first, surroundings) : t('manage.each')))),
    part(t('mode.joining'), joining),
    part(t('confirmed.prepare'), service.preparation));
};

/** @param {string} title @param {string | null} text */
const part = (title, text) => text && h('section', { class: 'prepare' }, h('h3', {}, title), h('p', {}, text));
