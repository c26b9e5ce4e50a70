/**
 * @file Services and appointments in words: facts, times, and the list of what, when, with whom and where.
 *
 * @typedef {import('../flow/types.js').Instant} Instant
 * @typedef {{t: import('../flow/types.js').Translate, clock: import('../flow/types.js').Clock}} Locale
 * @typedef {Locale & {server: import('../api/transport.js').Server}} Surroundings
 * @typedef {{startsAt: Instant, location: {id: string}}} Visit  an appointment or a slot: its time is on its location's clock
 */
import { h, icon } from './element.js';
import { remote } from './links.js';

/** "45 min", "3 visits", "$110.00" with a practitioner; "from 45 min" where it depends on whom. @param {import('../flow/types.js').Service} service
 * @param {import('../flow/types.js').Translate} t @param {string | null} [practitionerId] */
export const serviceFacts = (service, t, practitionerId) => {
  const { visits, mode, eligibility, priceNote, differingOffers, offerRange } = service;
  const { shortestMinutes, longestMinutes, lowestPrice, highestPrice } = offerRange;
  const offer = practitionerId ? differingOffers.find(({ practitioner }) => practitioner.id === practitionerId) ?? service : null;
  const price = offer ? offer.price : lowestPrice;
  /** @param {string} fact @param {unknown} most @param {unknown} least */
  const from = (fact, most, least) => (!offer && most !== least ? t('service.from', { fact }) : fact);
  /** @param {string} cost */
  const withNote = (cost) => (priceNote ? t('service.price', { price: cost, note: priceNote }) : cost);
  return [
    from(t('service.duration', { n: offer?.durationMinutes ?? shortestMinutes }), longestMinutes, shortestMinutes),
    ...(visits > 1 ? [t.count('service.visits', visits)] : []),
    ...(mode === 'IN_PERSON' ? [] : remote(mode, t)),
    ...(eligibility ? [eligibility.text] : []),
    ...(price ? [withNote(from(money(price, t.locale), highestPrice?.amount, price.amount))] : []),
  ];
};

/** @param {{amount: string, currency: string}} price @param {string} locale */
const money = ({ amount, currency }, locale) =>
  new Intl.NumberFormat(locale, {
    style: 'currency', currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: Number.isInteger(Number(amount)) ? 0 : 2,
  }).format(Number(amount));

/** "Tuesday, November 24, 9:15 a.m." @param {Visit} visit @param {Locale} locale */
export const dayAndTime = ({ startsAt, location }, { t, clock }) =>
  t('dayAndTime', { day: clock.day(clock.dateOf(startsAt)), time: clock.time(startsAt, location.id) });

/** "Tue, Nov 24, 9:15 a.m." @param {Visit} visit @param {Locale} locale */
export const shortDayAndTime = ({ startsAt, location }, { t, clock }) =>
  t('dayAndTime', { day: clock.shortDay(clock.dateOf(startsAt)), time: clock.time(startsAt, location.id) });

/** Day and time, and the visitor's own time where it differs. @param {Visit} visit @param {Locale} locale @param {typeof dayAndTime} shown */
export const startTime = (visit, locale, shown = dayAndTime) => {
  const own = locale.clock.ownTime(visit.startsAt);
  return h('span', { class: 'when' },
    shown(visit, locale), own && h('small', { class: 'soft' }, ` ${locale.t('time.own', { time: own })}`));
};

/** @param {...(Node | false | null | undefined)} rows */
export const summaryList = (...rows) => h('dl', { class: 'summary', part: 'summary' }, ...rows);

/** @param {Parameters<typeof icon>[0] | Element} picture @param {string} name @param {...(Node | string | null | undefined)} value */
export const summaryRow = (picture, name, ...value) =>
  h('div', {}, h('dt', {}, typeof picture === 'string' ? icon(picture) : picture, h('span', { class: 'sr' }, name)), h('dd', {}, ...value));

/** Until when a booked visit can be changed online. @param {import('../flow/types.js').Appointment} appointment @param {Locale} locale */
export const changeRule = ({ canChange, canCancel, changeDeadline, cancellationDeadline, location }, locale) => {
  const { t, clock } = locale;
  if (canChange) return t('manage.until', { time: dayAndTime({ startsAt: changeDeadline, location }, locale) });
  return canCancel ? t('manage.grace', { time: clock.time(cancellationDeadline, location.id) }) : t('manage.tooLate');
};
