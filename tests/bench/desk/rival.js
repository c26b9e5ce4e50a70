/** @file The same day drawn by `@event-calendar/core`, the best free grid of columns of resources. */

import { ResourceTimeGrid, createCalendar, destroyCalendar } from '@event-calendar/core';
import '@event-calendar/core/index.css';

let calendar;

export async function draw({ resources, events, day }) {
  if (calendar) await destroyCalendar(calendar);
  calendar = createCalendar(document.querySelector('#rival'), [ResourceTimeGrid], {
    view: 'resourceTimeGridDay',
    date: day,
    slotMinTime: '07:00:00',
    slotMaxTime: '19:00:00',
    allDaySlot: false,
    resources,
    events,
  });
}

export const change = (event) => calendar.updateEvent(event);
export const count = () => document.querySelectorAll('.ec-event').length;
