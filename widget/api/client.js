/**
 * @file Here is the only place that speaks with the server: the transport, and a function for each question.
 *
 * @typedef {import('../flow/types.js').Problem} Problem
 * @typedef {import('../flow/types.js').Filter} Filter
 * @typedef {import('../flow/types.js').Slot} Slot
 * @typedef {import('../flow/types.js').LocalDate} LocalDate
 * @typedef {import('../flow/types.js').Appointment} Appointment
 * @typedef {ReturnType<typeof createClient>} Client
 * @typedef {{questionId: string, answer: import('../flow/types.js').Answer}[]} Screening
 */

import { Book, BookCourse, CheckScreening } from '../queries/booking.graphql';
import { Catalogue } from '../queries/catalogue.graphql';
import { ExtendHold, Hold, HoldCourse, ReleaseHold } from '../queries/holds.graphql';
import { Cancel, ManagedAppointment, Reschedule } from '../queries/manage.graphql';
import { CourseSlots, Month, Times } from '../queries/slots.graphql';

const LONGEST_WAIT = 15_000;

/** No answer, or none that makes sense. Whether the server did anything is unknown. */
export class Unreachable extends Error {}

/** Unguessable; `crypto.randomUUID` is missing on pages without HTTPS. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join('-');

/** The database has a bad moment; asking the same again is safe. @param {any} payload */
const isAskedToWait = (payload) =>
  payload?.problems?.some((/** @type {Problem} */ problem) => problem.__typename === 'TryAgain');

/** @param {{api: URL, language: string, site?: string | null}} options  `site` is the key of the page's web site */
export const createClient = ({ api, language, site }) => {
  const endpoint = new URL('graphql', api);
  /** Whose answer was lost: asked again with the same key, nobody takes a time from themselves. @type {Map<string, string>} */
  const unanswered = new Map();

  /** @param {string} query @param {object} [variables] @param {RequestInit} [options] @returns {Promise<any>} */
  const ask = async (query, variables = {}, options = {}) => {
    const body = await post(query, variables, options);
    if (!body?.data || body.errors || Object.values(body.data).some(isAskedToWait)) {
      throw new Unreachable(JSON.stringify(body?.errors ?? 'no data'));
    }
    return body.data;
  };

  /** @param {string} query @param {object} variables @param {RequestInit} options */
  const post = async (query, variables, options) => {
    try {
      const answer = await fetch(endpoint, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json',
          'Accept-Language': language,
          ...(site && { 'X-Book-Online-Site': site }),
        },
        body: JSON.stringify({ query, variables }),
        credentials: 'omit',
        signal: AbortSignal.timeout(LONGEST_WAIT),
        ...options,
      });
      return await answer.json();
    } catch (reason) {
      throw new Unreachable('The server could not be reached', { cause: reason });
    }
  };

  /** A hold, with the same key as long as its answer is missing.
   * @param {string} document @param {object} wanted @returns {Promise<any>} the payload */
  const keep = async (document, wanted) => {
    const intention = JSON.stringify(wanted);
    const idempotencyKey = unanswered.get(intention) ?? newKey();
    unanswered.set(intention, idempotencyKey);
    const asked = async (/** @type {object} */ more) =>
      Object.values(await ask(document, { input: { ...wanted, idempotencyKey, ...more } }))[0];
    let payload = await asked({});
    const challenge = payload.problems.find((/** @type {Problem} */ problem) => problem.challenge)?.challenge;
    if (challenge) payload = await asked({ proof: await (await import('./proof-of-work.js')).solve(challenge) });
    unanswered.delete(intention);
    return payload;
  };

  /** @param {{edges: {node: any}[]}} connection */
  const nodes = ({ edges }) => edges.map(({ node }) => node);

  return {
    /** @returns {Promise<import('../flow/types.js').Catalogue>} */
    catalogue: async () => {
      const services = [];
      for (let after = null; ; ) {
        const { clinic, services: page } = await ask(Catalogue, { after });
        services.push(...nodes(page).map((service) => ({ ...service, practitioners: nodes(service.practitioners) })));
        if (!page.pageInfo.hasNextPage) return { clinic, services };
        after = page.pageInfo.endCursor;
      }
    },

    /**
     * The days of a month that have something, and its first times.
     * @param {Filter & {from: LocalDate, to: LocalDate}} filter
     * @returns {Promise<{days: import('../flow/types.js').DayCount[], slots: Slot[], isAll: boolean}>}
     */
    month: async (filter) => {
      const { availability, openSlots } = await ask(Month, { filter: { ...filter, distinctTimes: true } });
      return { days: availability, slots: nodes(openSlots), isAll: !openSlots.pageInfo.hasNextPage };
    },

    /** All times of a day. @param {Filter} filter @param {LocalDate} date @returns {Promise<Slot[]>} */
    times: async (filter, date) => {
      const slots = [];
      for (let after = null; ; ) {
        const variables = { filter: { ...filter, from: date, to: date, distinctTimes: true }, after };
        const { openSlots } = await ask(Times, variables);
        slots.push(...nodes(openSlots));
        if (!openSlots.pageInfo.hasNextPage) return slots;
        after = openSlots.pageInfo.endCursor;
      }
    },

    /** The first times from a day on, whoever has them. @param {Filter & {from: LocalDate, to: LocalDate}} filter
     * @returns {Promise<Slot[]>} */
    firstTimes: async (filter) => nodes((await ask(Times, { filter, after: null })).openSlots),

    /** @param {Filter & {startsAt: string}} wanted
     * @returns {Promise<{held: import('../flow/types.js').Held | null, problems: Problem[]}>} */
    hold: async (wanted) => {
      const { hold, holdToken, problems } = await keep(Hold, wanted);
      return { held: hold && { ...hold, holdToken }, problems };
    },

    /** Times for all visits of a course in a rhythm, kept at once; null when there are none.
     * @param {Filter & {startsAt: string}} first @param {number} everyDays
     * @returns {Promise<import('../flow/types.js').Held[] | null>} */
    holdRhythm: async (first, everyDays) => {
      const { data } = await post(CourseSlots, { ...first, everyDays }, {});
      if (!data?.courseSlots) return null;
      const startsAt = data.courseSlots.map((/** @type {Slot} */ slot) => slot.startsAt);
      const { holds, holdTokens } = await keep(HoldCourse, { ...first, startsAt });
      return holds?.map((/** @type {any} */ hold, /** @type {number} */ i) => ({ ...hold, holdToken: holdTokens[i] })) ?? null;
    },

    /** Until when it is kept now; null when it can't be kept longer.
     * @param {string} holdToken @returns {Promise<string | null>} */
    extend: async (holdToken) =>
      (await ask(ExtendHold, { input: { holdToken } })).extendHold.hold?.expiresAt ?? null,

    /** Also on the way out of the page. @param {string} holdToken */
    release: (holdToken) => ask(ReleaseHold, { input: { holdToken } }, { keepalive: true }),

    /** @param {string} serviceId @param {Screening} screening @returns {Promise<Problem[]>} */
    checkScreening: async (serviceId, screening) =>
      (await ask(CheckScreening, { input: { serviceId, screening } })).checkScreening.problems,

    /**
     * One visit, or a course of several. Repeating it with the same tokens answers with the same booking.
     * @param {string[]} holdTokens @param {{patient: import('../flow/types.js').Patient, screening: Screening}} details
     * @returns {Promise<{booked: import('../flow/types.js').Booked | null, problems: Problem[]}>}
     */
    book: async ([holdToken, ...others], details) => {
      if (others.length === 0) {
        const answer = (await ask(Book, { input: { holdToken, ...details } })).bookAppointment;
        const { appointment, manageToken, problems } = answer;
        return { booked: appointment && { visits: [appointment], manageToken }, problems };
      }
      const input = { holdTokens: [holdToken, ...others], ...details };
      const { course, manageToken, problems } = (await ask(BookCourse, { input })).bookCourse;
      return { booked: course && { visits: course.appointments, manageToken }, problems };
    },

    /** What a manage link is for; no visits when it is not valid.
     * @param {string} manageToken @returns {Promise<{clinic: import('../flow/types.js').Clinic, visits: Appointment[]}>} */
    managed: async (manageToken) => {
      const { clinic, appointment } = await ask(ManagedAppointment, { manageToken });
      return { clinic, visits: appointment?.course?.appointments ?? (appointment ? [appointment] : []) };
    },

    /** @param {{manageToken: string, appointmentId: string, startsAt: string}} input
     * @returns {Promise<{appointment: Appointment | null, problems: Problem[]}>} */
    reschedule: async (input) => (await ask(Reschedule, { input })).rescheduleAppointment,

    /** @param {{manageToken: string, appointmentId: string}} input
     * @returns {Promise<{appointment: Appointment | null, problems: Problem[]}>} */
    cancel: async (input) => (await ask(Cancel, { input })).cancelAppointment,
  };
};
