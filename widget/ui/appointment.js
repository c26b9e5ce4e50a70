/**
 * @file Here is what is being booked, or was: the facts of a service, and a list of what, who, when and where.
 *
 * @typedef {import('../flow/types.js').Say} Say
 * @typedef {import('../flow/types.js').Clock} Clock
 * @typedef {import('../flow/types.js').Instant} Instant
 */
import { h, icon } from './element.js';

/** "45 min", "3 visits", "$110.00". @param {import('../flow/types.js').Service} service @param {Say} say */
export const facts = ({ durationMinutes, visits, price }, say) => [
  say('service.duration', { n: durationMinutes }),
  ...(visits > 1 ? [say.count('service.visits', visits)] : []),
  ...(price ? [money(price, say)] : []),
];

/** @param {{amount: string, currency: string}} price @param {Say} say */
const money = ({ amount, currency }, say) =>
  new Intl.NumberFormat(say.locale, {
    style: 'currency', currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: Number.isInteger(Number(amount)) ? 0 : 2,
  }).format(Number(amount));

/** "Tuesday, November 24, 9:15 a.m." and the visitor's own time. @param {Instant} startsAt
 * @param {{say: Say, clock: Clock}} voice */
export const when = (startsAt, { say, clock }) => {
  const own = clock.ownTime(startsAt);
  return h('span', { class: 'when' },
    say('dayAndTime', { day: clock.day(clock.dateOf(startsAt)), time: clock.time(startsAt) }),
    own && h('small', { class: 'soft' }, ` ${say('time.own', { time: own })}`));
};

/**
 * @param {{service: string, practitioner: string, times: Instant[], place: (Node | string)[], facts?: string | null,}} visit
 * @param {{say: Say, clock: Clock}} voice
 */
export const summary = ({ service, practitioner, times, place, facts: more }, voice) => {
  const { say } = voice;
  /** @param {Parameters<typeof icon>[0]} picture @param {string} name @param {...(Node | string | null | undefined)} value */
  const row = (picture, name, ...value) =>
    h('div', {}, h('dt', {}, icon(picture), h('span', { class: 'sr' }, name)), h('dd', {}, ...value));
  return h('dl', { class: 'summary', part: 'summary' },
    row('service', say('summary.what'), h('span', { class: 'strong' }, service),
      more ? h('span', { class: 'soft line' }, more) : null),
    times.length ? row('calendar', say('summary.when'), ...times.map((time) => when(time, voice))) : null,
    row('person', say('summary.who'), practitioner),
    row('place', say('summary.where'), ...place));
};
