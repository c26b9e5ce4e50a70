/**
 * @file Here are the links that lead out of the widget: the calendar file and the map.
 *
 * @typedef {import('./types.js').Say} Say
 */
import { h, icon } from './element.js';

/** @param {string} calendarFile @param {Say} say */
export const downloadLink = (calendarFile, say) => {
  const href = URL.createObjectURL(new Blob([calendarFile], { type: 'text/calendar' }));
  return h('a', { class: 'quiet', part: 'link', href, download: 'visit.ics' }, icon('calendar'), say('links.calendar'));
};

/** The map's makers learn the address, and only from those who follow the link. @param {string[]} address @param {Say} say */
export const mapLink = (address, say) => {
  const href = `https://www.openstreetmap.org/search?query=${encodeURIComponent(address.join(', '))}`;
  return h('a', { href, class: 'line', target: '_blank', rel: 'noopener noreferrer' }, say('links.map'));
};
