/**
 * @file The clinic's phone number, and whether it is open now.
 *
 * @typedef {import('../flow/types.js').Translate} Translate
 * @typedef {import('./appointment.js').Locale} Locale
 */
import { minutesOf, plusDays, weekdayOf } from '../calendar/dates.js';
import { h, icon } from './element.js';

/** @param {import('../flow/types.js').Clinic} clinic @param {Locale} locale */
export const contactLine = ({ phone, phoneShown, locations }, locale) =>
  h('p', { class: 'contact', part: 'contact' },
    phoneLink(phone, phoneShown, locale.t),
    h('span', { class: 'hours' }, locations[0] ? openingStatus(locations[0], locale) : ''));

/** @param {string} number @param {string} shown @param {Translate} t */
export const phoneLink = (number, shown, t) =>
  h('a', { class: 'phone', href: `tel:${number}` }, icon('phone'),
    h('span', { class: 'sr' }, `${t('contact.call')} `), h('span', { dir: 'ltr' }, shown));

/** The number that the page gives, for the time until the clinic is known. @param {HTMLElement} host @param {Translate} t */
export const phoneLinkOfPage = (host, t) => {
  const given = host.getAttribute('phone');
  if (given) return phoneLink(given, given, t);
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector('a[href^="tel:"]'));
  return link && phoneLink(link.href.slice('tel:'.length), link.textContent.trim(), t);
};

/** "Open today until 7:00 p.m." @param {import('../flow/types.js').Location} location @param {Locale} locale */
const openingStatus = (location, { t, clock }) => {
  const now = minutesOf(clock.now(location));
  for (let ahead = 0; ahead <= 7; ahead += 1) {
    const date = plusDays(clock.today(location), ahead);
    const span = location.openingHours
      .filter(({ weekday, closes }) => weekday === weekdayOf(date) && (ahead > 0 || minutesOf(closes) > now))
      .sort((a, b) => minutesOf(a.opens) - minutesOf(b.opens))[0];
    if (!span) continue;
    if (ahead === 0 && minutesOf(span.opens) <= now) return t('hours.open', { time: clock.wallTime(span.closes) });
    const time = clock.wallTime(span.opens);
    if (ahead === 0) return t('hours.opensToday', { time });
    if (ahead === 1) return t('hours.opensTomorrow', { time });
    return t('hours.opens', { day: clock.weekday(date), time });
  }
  return '';
};
