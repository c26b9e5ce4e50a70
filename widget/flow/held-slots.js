/**
 * @file Here is how times are kept for the visitor, kept again, and given back.
 *
 * @typedef {import('./types.js').State} State
 * @typedef {import('./types.js').Problem} Problem
 * @typedef {ReturnType<typeof createHolds>} Holds
 */

/**
 * A hold that was given back or ran out stays in `state.visits` with its secret: booking with it is always the first
 * try, because an earlier try may have booked it and only its answer was lost.
 *
 * @param {State} state @param {import('../api/client.js').Client} client
 * @param {() => boolean} isOpen  a time that comes when the visitor has left is given back at once
 */
export const createHolds = (state, client, isOpen) => {
  /** @type {Promise<unknown>} */
  let settled = Promise.resolve();
  /** @param {string} token */
  const giveBack = (token) => {
    const done = client.release(token).catch(() => {});
    settled = Promise.all([settled, done]);
    return done;
  };

  const kept = () => state.visits.filter((held) => held !== null);

  return {
    kept,

    /** Keeps a time as visit `place`; what was kept there before is given back. Answers why not.
     * @param {number} place @param {string} startsAt @returns {Promise<Problem[]>} */
    take: async (place, startsAt) => {
      const { held, problems } = await client.hold({ ...filterFor(state), startsAt });
      if (!held) return problems;
      const former = state.visits[place];
      if (former) giveBack(former.holdToken);
      if (!isOpen()) giveBack(held.holdToken);
      state.visits[place] = held;
      state.near = null;
      return [];
    },

    /** Keeps the first visit of a course and the others after it, every so many days. Answers whether it could.
     * @param {string} startsAt @param {number} everyDays */
    takeRhythm: async (startsAt, everyDays) => {
      const held = await client.holdRhythm({ ...filterFor(state), startsAt }, everyDays);
      if (!held) return false;
      if (!isOpen()) held.forEach(({ holdToken }) => giveBack(holdToken));
      state.visits = held;
      state.near = null;
      return true;
    },

    /** Keeps all chosen times longer, as far as that is possible: there is a form to fill in. */
    extend: () =>
      Promise.all(
        kept().map(async (held) => {
          held.expiresAt = (await client.extend(held.holdToken).catch(() => null)) ?? held.expiresAt;
        }),
      ),

    /** To choose another time near it: a visitor's own hold would be in the way. @param {number} place */
    drop: (place) => {
      const held = state.visits[place];
      if (!held) return;
      giveBack(held.holdToken);
      state.visits[place] = null;
      state.near = held.slot.startsAt;
    },

    /** Done when all that was given back is open again. */
    settled: () => settled,

    /** Keeps all chosen times again. A time that is gone leaves its place empty; answers why.
     * @returns {Promise<Problem[]>} */
    renew: async () => {
      await Promise.all(kept().map(({ holdToken }) => giveBack(holdToken)));
      /** @type {Problem[]} */
      const refusals = [];
      for (const [place, held] of state.visits.entries()) {
        if (!held) continue;
        const again = await client.hold({ ...filterFor(state), startsAt: held.slot.startsAt });
        state.visits[place] = again.held;
        if (!again.held) state.near ??= held.slot.startsAt;
        refusals.push(...again.problems);
      }
      return refusals;
    },

    /** Gives all times back; the choice itself is remembered. */
    release: () => void kept().forEach(({ holdToken }) => giveBack(holdToken)),

    clear: () => {
      kept().forEach(({ holdToken }) => giveBack(holdToken));
      state.visits = Array(state.service?.visits ?? 1).fill(null);
      state.near = null;
    },
  };
};

/** All visits of a course are with one practitioner: whoever has the first one.
 * @param {State} state @returns {import('./types.js').Filter} */
export const filterFor = (state) => {
  const others = state.visits.length > 1 ? state.visits.find((held) => held !== null) : null;
  return {
    serviceId: state.service?.id ?? '',
    practitionerId: others?.slot.practitioner.id ?? state.practitioner,
    locationId: state.location,
  };
};
