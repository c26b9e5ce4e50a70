/**
 * @file Open days and times, read month by month and cached while the visitor looks around.
 *
 * @typedef {import('../flow/types.js').Filter} Filter
 * @typedef {import('../flow/types.js').Slot} Slot
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {ReturnType<typeof createAvailability>} Availability
 */
import { readDay, readMonth } from '../api/slots.js';
import { firstOfMonth, lastOfMonth, plusMonths } from './dates.js';

/**
 * @param {{server: import('../api/transport.js').Server, clock: import('./clock.js').Clock, filter: Filter,
 *   first: LocalDate, last: LocalDate}} options  `first` to `last` can be booked, both included
 */
export const createAvailability = ({ server, clock, filter, first, last }) => {
  /** @type {Map<LocalDate, Promise<LocalDate[]>>} */
  const months = new Map();
  /** @type {Map<LocalDate, Promise<Slot[]>>} */
  const days = new Map();

  /** @param {LocalDate} month */
  const openDays = async (month) => {
    const from = month < first ? first : month;
    const to = lastOfMonth(month) > last ? last : lastOfMonth(month);
    const { days: counts, slots, isAll } = await readMonth(server, { ...filter, from, to });
    /** @type {Map<LocalDate, Slot[]>} */
    const byDate = new Map();
    for (const slot of slots) {
      const date = clock.dateOf(slot.startsAt);
      byDate.set(date, [...(byDate.get(date) ?? []), slot]);
    }
    // The last day of a page may go on in the next one.
    for (const [date, times] of [...byDate].slice(0, isAll ? undefined : -1)) days.set(date, Promise.resolve(times));
    return counts.filter(({ openSlotCount }) => openSlotCount > 0).map(({ date }) => date);
  };

  return {
    /** The open days of the month. @param {LocalDate} date any day of the month */
    month: (date) => cached(months, firstOfMonth(date), openDays),
    /** The open times of the day. @param {LocalDate} date */
    times: (date) => cached(days, date, () => readDay(server, filter, date)),
    /** The first open day, on or after `date`. @param {LocalDate} date @returns {Promise<LocalDate | null>} */
    async firstDay(date) {
      for (let month = firstOfMonth(date); month <= last; month = plusMonths(month, 1)) {
        const found = (await this.month(month)).find((day) => day >= date);
        if (found) return found;
      }
      return null;
    },
  };
};

/** A failure is not cached. @template T @param {Map<string, Promise<T>>} cache @param {string} key
 * @param {(key: string) => Promise<T>} read */
const cached = (cache, key, read) => {
  const promise = cache.get(key) ?? read(key);
  cache.set(key, promise);
  promise.catch(() => cache.delete(key));
  return promise;
};
