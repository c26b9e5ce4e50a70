/**
 * @file Open days and times, read some weeks at a time and cached while the visitor looks around.
 *
 * @typedef {import('../flow/types.js').Filter} Filter
 * @typedef {import('../flow/types.js').Slot} Slot
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {ReturnType<typeof createAvailability>} Availability
 */
import { readDay, readWeeks } from '../api/slots.js';
import { DAYS_SHOWN, plusDays, startOfWeek } from './dates.js';

/**
 * @param {{server: import('../api/transport.js').Server, clock: import('./clock.js').Clock, locale: string,
 *   filter: Filter & import('../flow/types.js').Hours, first: LocalDate, last: LocalDate}} options  `first` to `last` can be
 *   booked, both included
 */
export const createAvailability = ({ server, clock, locale, filter, first, last }) => {
  /** @type {Map<LocalDate, Promise<LocalDate[]>>} */
  const weeks = new Map();
  /** @type {Map<LocalDate, Promise<Slot[]>>} */
  const days = new Map();

  /** @param {LocalDate} start */
  const openDays = async (start) => {
    const end = plusDays(start, DAYS_SHOWN - 1);
    const range = { from: start < first ? first : start, to: end > last ? last : end };
    const { days: counts, slots, isAll } = await readWeeks(server, { ...filter, ...range });
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
    /** The open days of the weeks from `start` on. @param {LocalDate} start */
    weeks: (start) => cached(weeks, start, openDays),
    /** The open times of the day. @param {LocalDate} date */
    times: (date) => cached(days, date, () => readDay(server, filter, date)),
    /** The first open day, on or after `date`. @param {LocalDate} date @returns {Promise<LocalDate | null>} */
    async firstDay(date) {
      for (let start = startOfWeek(date, locale); start <= last; start = plusDays(start, DAYS_SHOWN)) {
        const found = (await this.weeks(start)).find((day) => day >= date);
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
