/**
 * @file Links that lead out of the widget: calendars and the map.
 *
 * @typedef {import('../flow/types.js').Translate} Translate
 */
import { h, icon } from './element.js';

/** Where a visit is that nobody comes to the clinic for. @param {string} mode @param {Translate} t */
export const remote = (mode, t) => [t(mode === 'PHONE' ? 'mode.phone' : 'mode.video')];

/** @template T @param {{mode: string} | null} service @param {T[]} place @param {Translate} t @returns {(T | string)[]} */
export const whereOf = (service, place, t) => (!service || service.mode === 'IN_PERSON' ? place : remote(service.mode, t));

const ELSEWHERE = { target: '_blank', rel: 'noopener noreferrer' };

/** @param {string} calendarFile @param {Translate} t */
export const downloadLink = (calendarFile, t) => {
  const href = URL.createObjectURL(new Blob([calendarFile], { type: 'text/calendar' }));
  return h('a', { class: 'quiet', part: 'link', href, download: 'visit.ics' }, icon('calendar'), t('links.calendar'));
};

/** Two calendars that take an appointment from a link. Their makers learn of it only from those who follow one.
 * @param {import('../flow/types.js').Appointment} appointment @param {Translate} t */
export const calendarLinks = ({ startsAt, endsAt, service, location, reference, joining }, t) => {
  const where = whereOf(service, [location.name, ...location.address], t).join(', ');
  const details = [reference, joining].filter(Boolean).join('\n');
  /** @param {string} instant */
  const utc = (instant) => new Date(instant).toISOString().replace(/\.\d+/, '');
  /** @param {string} instant */
  const basic = (instant) => utc(instant).replace(/[-:]/g, '');
  const google = { action: 'TEMPLATE', text: service.name, dates: `${basic(startsAt)}/${basic(endsAt)}`, location: where, details };
  const outlook = { rru: 'addevent', subject: service.name, startdt: utc(startsAt), enddt: utc(endsAt), location: where, body: details };
  return [
    quietLink('https://calendar.google.com/calendar/render', google, t('links.google')),
    quietLink('https://outlook.live.com/calendar/0/deeplink/compose', outlook, t('links.outlook')),
  ];
};

/** Spaces are `%20`: Outlook shows a `+` as it is. @param {string} base @param {Record<string, string>} query
 * @param {string} text */
const quietLink = (base, query, text) => {
  const fields = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return h('a', { class: 'quiet', part: 'link', href: `${base}?${fields.join('&')}`, ...ELSEWHERE }, text);
};

/** The map's makers learn the address, and only from those who follow the link. @param {string[]} address @param {Translate} t */
export const mapLink = (address, t) => {
  const href = `https://www.openstreetmap.org/search?query=${encodeURIComponent(address.join(', '))}`;
  return h('a', { href, class: 'line', ...ELSEWHERE }, t('links.map'));
};
