/**
 * @file Here is what is open, asked for month by month and remembered while the visitor looks around.
 *
 * @typedef {import('../flow/types.js').Filter} Filter
 * @typedef {import('../flow/types.js').Slot} Slot
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {ReturnType<typeof createOpenings>} Openings
 */
import { firstOfMonth, lastOfMonth, plusMonths } from './clock.js';

/**
 * @param {{client: import('../api/client.js').Client, clock: import('./clock.js').Clock, filter: Filter,
 *   first: LocalDate, last: LocalDate}} options  `first` to `last` can be booked, both included
 */
export const createOpenings = ({ client, clock, filter, first, last }) => {
  /** @type {Map<LocalDate, Promise<LocalDate[]>>} */
  const months = new Map();
  /** @type {Map<LocalDate, Promise<Slot[]>>} */
  const times = new Map();

  /** @template T @param {Map<string, Promise<T>>} known @param {string} key @param {() => Promise<T>} ask */
  const remember = (known, key, ask) => {
    const promise = known.get(key) ?? ask();
    known.set(key, promise);
    promise.catch(() => known.delete(key));
    return promise;
  };

  /** @param {LocalDate} month */
  const askMonth = async (month) => {
    const from = month < first ? first : month;
    const to = lastOfMonth(month) > last ? last : lastOfMonth(month);
    const { days, slots, isAll } = await client.month({ ...filter, from, to });
    const byDate = [...byDay(slots)];
    // The last day of a page may go on in the next one.
    const whole = isAll ? byDate : byDate.slice(0, -1);
    for (const [date, found] of whole) times.set(date, Promise.resolve(found));
    return days.filter(({ openSlotCount }) => openSlotCount > 0).map(({ date }) => date);
  };

  /** @param {Slot[]} slots in order of time */
  const byDay = (slots) => {
    /** @type {Map<LocalDate, Slot[]>} */
    const days = new Map();
    for (const slot of slots) {
      const date = clock.dateOf(slot.startsAt);
      days.set(date, [...(days.get(date) ?? []), slot]);
    }
    return days;
  };

  return {
    first,
    last,
    /** The days of the month that have something. @param {LocalDate} date any day of the month */
    month: (date) => remember(months, firstOfMonth(date), () => askMonth(firstOfMonth(date))),
    /** @param {LocalDate} date */
    times: (date) => remember(times, date, () => client.times(filter, date)),
    /** The first day that has something, on or after `date`. @param {LocalDate} date @returns {Promise<LocalDate | null>} */
    async firstDay(date) {
      for (let month = firstOfMonth(date); month <= last; month = plusMonths(month, 1)) {
        const found = (await this.month(month)).find((day) => day >= date);
        if (found) return found;
      }
      return null;
    },
  };
};
