/**
 * @file Here is the clinic's phone number, and whether somebody is there to answer.
 *
 * @typedef {import('../flow/types.js').Clinic} Clinic
 * @typedef {import('../flow/types.js').OpeningHours} OpeningHours
 * @typedef {import('../flow/types.js').Say} Say
 * @typedef {import('../flow/types.js').Clock} Clock
 */
import { h, icon } from './element.js';
import { minutesOf, plusDays, weekdayOf } from '../calendar/clock.js';

/** @param {Clinic} clinic @param {Clock} clock @param {Say} say */
export const contact = (clinic, clock, say) =>
  h('p', { class: 'contact', part: 'contact' },
    phone(clinic.phone, clinic.phoneShown, say),
    h('span', { class: 'hours' }, hoursNow(clinic.locations[0]?.openingHours ?? [], clock, say)),
  );

/** @param {string} number @param {string} shown @param {Say} say */
export const phone = (number, shown, say) =>
  h('a', { class: 'phone', href: `tel:${number}` }, icon('phone'),
    h('span', { class: 'sr' }, `${say('contact.call')} `), h('span', { dir: 'ltr' }, shown));

/** Until the clinic is known: the number that the page gives. @param {HTMLElement} host @param {Say} say */
export const phoneOfPage = (host, say) => {
  const given = host.getAttribute('phone');
  if (given) return phone(given, given, say);
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector('a[href^="tel:"]'));
  return link && phone(link.href.slice('tel:'.length), link.textContent.trim(), say);
};

/** "Open today until 7:00 p.m." @param {OpeningHours[]} hours @param {Clock} clock @param {Say} say */
export const hoursNow = (hours, clock, say) => {
  const now = minutesOf(clock.now());
  for (let ahead = 0; ahead <= 7; ahead += 1) {
    const date = plusDays(clock.today(), ahead);
    const spans = hours
      .filter((span) => span.weekday === weekdayOf(date))
      .sort((a, b) => minutesOf(a.opens) - minutesOf(b.opens));
    const span = spans.find(({ opens, closes }) => minutesOf(ahead ? opens : closes) > (ahead ? -1 : now));
    if (!span) continue;
    if (ahead === 0 && minutesOf(span.opens) <= now) return say('hours.open', { time: clock.wallTime(span.closes) });
    const time = clock.wallTime(span.opens);
    if (ahead === 0) return say('hours.opensToday', { time });
    if (ahead === 1) return say('hours.opensTomorrow', { time });
    return say('hours.opens', { day: clock.weekday(date), time });
  }
  return '';
};
