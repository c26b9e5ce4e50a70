/**
 * @file Here are the links that lead out of the widget: calendars and the map.
 *
 * @typedef {import('../flow/types.js').Say} Say
 */
import { h, icon } from './element.js';

/** @param {string} calendarFile @param {Say} say */
export const downloadLink = (calendarFile, say) => {
  const href = URL.createObjectURL(new Blob([calendarFile], { type: 'text/calendar' }));
  return h('a', { class: 'quiet', part: 'link', href, download: 'visit.ics' }, icon('calendar'), say('links.calendar'));
};

/** Two calendars that take a visit from a link. Their makers learn of it only from those who follow one.
 * @param {import('../flow/types.js').Appointment} visit @param {Say} say */
export const calendarLinks = ({ startsAt, endsAt, service, location, reference }, say) => {
  const where = [location.name, ...location.address].join(', ');
  /** @param {string} instant */
  const basic = (instant) => new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');
  const google = { action: 'TEMPLATE', text: service.name, dates: `${basic(startsAt)}/${basic(endsAt)}`, location: where, details: reference };
  const outlook = { rru: 'addevent', subject: service.name, startdt: startsAt, enddt: endsAt, location: where, body: reference };
  return [
    ['https://calendar.google.com/calendar/render', google, say('links.google')],
    ['https://outlook.live.com/calendar/0/deeplink/compose', outlook, say('links.outlook')],
  ].map(([base, query, text]) =>
    h('a', { class: 'quiet', part: 'link', href: `${base}?${new URLSearchParams(/** @type {Record<string, string>} */ (query))}`,
      target: '_blank', rel: 'noopener noreferrer' }, /** @type {string} */ (text)));
};

/** The map's makers learn the address, and only from those who follow the link. @param {string[]} address @param {Say} say */
export const mapLink = (address, say) => {
  const href = `https://www.openstreetmap.org/search?query=${encodeURIComponent(address.join(', '))}`;
  return h('a', { href, class: 'line', target: '_blank', rel: 'noopener noreferrer' }, say('links.map'));
};
