/**
 * @file Refusals in words for the visitor.
 *
 * @typedef {import('../flow/types.js').Problem} Problem
 * @typedef {import('../flow/types.js').Slot} Slot
 * @typedef {import('../flow/types.js').Translate} Translate
 */
import { utc } from '../calendar/dates.js';
import { shortDayAndTime } from './appointment.js';

const UNITS = /** @type {const} */ ([['day', 1440], ['hour', 60], ['minute', 1]]);

const TEXTS = /** @type {const} */ ({
  SlotTaken: 'problem.taken',
  HoldExpired: 'problem.taken',
  NotOpen: 'problem.notOpen',
  NoticeTooShort: 'problem.tooSoon',
  BeyondHorizon: 'problem.tooFar',
  NotQualified: 'problem.notQualified',
});
/** So many from one client that it has to wait. */
const LIMITS = ['TooManyHolds', 'TooManyBookings'];
/** The types of problems with a chosen time. @param {Problem} problem */
export const isAboutTime = ({ __typename, path }) =>
  __typename in TEXTS || (__typename === 'NotFound' && path.some((name) => name.startsWith('holdToken')));

/** @param {Problem | undefined} problem @param {Translate} t */
export const problemText = (problem, t) => {
  const type = /** @type {keyof typeof TEXTS} */ (problem?.__typename);
  return problem?.visitorMessage ?? t(TEXTS[type] ?? (LIMITS.includes(type) ? 'problem.wait' : 'problem.other'));
};

/** "15 min later" on the same day, "2 days earlier" on another.
 * @param {Pick<Slot, 'startsAt'>} from @param {Pick<Slot, 'startsAt'>} to @param {import('./appointment.js').Locale} locale */
const distance = (from, to, { t, clock }) => {
  const [a, b] = [from, to].map(({ startsAt }) => clock.dateOf(startsAt));
  const minutes = a === b ? (Date.parse(to.startsAt) - Date.parse(from.startsAt)) / 60_000 : (utc(b ?? '') - utc(a ?? '')) / 60_000;
  let rest = Math.abs(minutes);
  const parts = UNITS.map(([unit, length]) => {
    const n = Math.floor(rest / length);
    rest %= length;
    const unitDisplay = unit === 'day' ? 'long' : 'short';
    return n ? new Intl.NumberFormat(t.locale, { style: 'unit', unit, unitDisplay }).format(n) : '';
  });
  return t(minutes < 0 ? 'problem.earlier' : 'problem.later', { time: parts.filter(Boolean).join(' ') });
};

/**
 * The refusal of a time, with other times to choose at once.
 *
 * @param {Problem[]} problems
 * @param {import('./appointment.js').Locale} locale
 * @param {{hasPlaces: boolean, hasInput?: boolean, lost: Pick<Slot, 'startsAt' | 'location'> | null, practitionerId?: string | null,
 *   hours?: import('../flow/types.js').Hours | null}} context  each time names its place; something that was entered stays; the time
 *   that is refused; with whom and in which part of the day alone others are offered
 * @param {(slot: Slot, button: HTMLElement) => unknown} choose
 * @returns {import('./frame.js').Notice}
 */
export const otherTimesNotice = (problems, locale, { hasPlaces, hasInput = false, lost, practitionerId, hours }, choose) => {
  const problem = problems.find(({ alternatives }) => alternatives?.length) ?? problems[0];
  const alternatives = (problem?.alternatives ?? []).filter(({ startsAt, practitioner }) => {
    const time = startsAt.slice(11, 16);
    return (!practitionerId || practitioner.id === practitionerId)
      && (!hours || (time >= (hours.startsFrom ?? '') && time < (hours.startsBefore ?? '24:00')));
  });
  return {
    tone: 'calm',
    title: problemText(problem, locale.t),
    lost: lost ? shortDayAndTime(lost, locale) : undefined,
    text: `${locale.t(alternatives.length ? 'problem.nearest' : LIMITS.includes(problem?.__typename ?? '') ? 'problem.call' : 'problem.chooseAnother')}${hasInput ? ` ${locale.t('problem.kept')}` : ''}`,
    choices: alternatives.map((slot) => ({
      label: hasPlaces
        ? locale.t('manage.timeAndPlace', { time: shortDayAndTime(slot, locale), place: slot.location.name })
        : shortDayAndTime(slot, locale),
      note: lost ? distance(lost, slot, locale) : undefined,
      act: (button) => choose(slot, button),
    })),
  };
};
