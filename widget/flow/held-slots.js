/**
 * @file The times that are held for the visitor: held, extended, held again, and released.
 *
 * @typedef {import('./types.js').State} State
 * @typedef {import('./types.js').Problem} Problem
 */
import { extendHold, hold, releaseHold } from '../api/holds.js';

/**
 * A hold that was released or ran out stays in `state.held` with its secret: booking with it is always the first try,
 * because an earlier try may have booked it and only its answer was lost.
 */
export class HeldSlots {
  /** Settled when all that was released is open again. @type {Promise<unknown>} */
  released = Promise.resolve();
  /** The time that could not be held last. @type {Pick<import('./types.js').Slot, 'startsAt' | 'location'> | null} */
  lost = null;
  /** The same, if somebody else has it. @type {HeldSlots['lost']} */
  taken = null;

  /** @param {State} state @param {import('../api/transport.js').Server} server
   * @param {() => boolean} isOpen  a time that is held only after the visitor has left is released at once */
  constructor(state, server, isOpen) {
    this.state = state;
    this.server = server;
    this.isOpen = isOpen;
  }

  get all() {
    return this.state.held.filter((held) => held !== null);
  }

  /** Holds a time as visit `index`, and releases the one before. Returns why it could not. `practitionerId` is of the
   * practitioner that was shown with the time, if one was.
   * @param {number} index @param {string} startsAt @param {string} locationId @param {string} [practitionerId]
   * @returns {Promise<Problem[]>} */
  async take(index, startsAt, locationId, practitionerId) {
    const filter = { ...filterFor(this.state), ...(practitionerId && { practitionerId }) };
    const { held, problems } = await hold(this.server, { ...filter, startsAt, locationId });
    if (!held) {
      this.#lose({ startsAt, location: { id: locationId, name: '' } }, problems);
      return problems;
    }
    const former = this.state.held[index];
    if (former) this.#release(former.holdToken);
    this.keep([held]);
    this.state.held[index] = { ...held, practitionerId };
    return [];
  }

  /** When the first of them ends, in milliseconds by the visitor's clock. */
  get end() {
    return Math.min(...this.all.map(({ ends }) => ends));
  }

  /** Extends all holds, as far as that is possible: there is a form to fill in. */
  extend() {
    return Promise.all(this.all.map(async (held) => {
      held.ends = (await extendHold(this.server, held.holdToken).catch(() => null)) ?? held.ends;
    }));
  }

  /** Releases a time so that another near it can be chosen: the visitor's own hold would be in the way.
   * @param {number} index */
  drop(index) {
    const held = this.state.held[index];
    if (!held) return;
    this.#release(held.holdToken);
    this.state.held[index] = null;
    this.state.nearestTo = held.slot.startsAt;
  }

  /** Holds all chosen times again. A time that is gone leaves its place empty; returns why.
   * @returns {Promise<Problem[]>} */
  async renew() {
    await Promise.all(this.all.map(({ holdToken }) => this.#release(holdToken)));
    /** @type {Problem[]} */
    const refusals = [];
    for (const [index, former] of this.state.held.entries()) {
      if (!former) continue;
      const { startsAt, location } = former.slot;
      const { practitionerId } = former;
      const filter = { ...filterFor(this.state), ...(practitionerId && { practitionerId }) };
      const { held, problems } = await hold(this.server, { ...filter, startsAt, locationId: location.id });
      this.state.held[index] = held && { ...held, practitionerId };
      if (!held) {
        this.state.nearestTo ??= startsAt;
        this.#lose(former.slot, problems);
      }
      refusals.push(...problems);
    }
    return refusals;
  }

  /** Releases all times; the choice itself stays. */
  release() {
    this.all.forEach(({ holdToken }) => this.#release(holdToken));
  }

  clear() {
    this.release();
    this.state.held = Array(this.state.service?.visits ?? 1).fill(null);
    this.state.nearestTo = this.state.day = null;
  }

  /** Releases them at once if the visitor has left meanwhile. @param {import('./types.js').HeldSlot[]} held */
  keep(held) {
    if (!this.isOpen()) held.forEach(({ holdToken }) => this.#release(holdToken));
    this.state.nearestTo = null;
  }

  /** @param {NonNullable<HeldSlots['lost']>} slot @param {Problem[]} problems */
  #lose(slot, problems) {
    this.lost = slot;
    this.taken = problems.some(({ __typename }) => __typename === 'SlotTaken') ? slot : null;
  }

  /** @param {string} token */
  #release(token) {
    const done = releaseHold(this.server, token).catch(() => {});
    this.released = Promise.all([this.released, done]);
    return done;
  }
}

/** All visits of a course are with one practitioner, the one of the first visit.
 * @param {State} state @returns {import('./types.js').Filter} */
export const filterFor = (state) => {
  const others = state.held.length > 1 ? state.held.find((held) => held !== null) : null;
  return {
    serviceId: state.service?.id ?? '',
    practitionerId: others?.slot.practitioner.id ?? state.practitioner,
    locationId: state.location,
  };
};
