/**
 * @file Here is how a refusal is put into kind words.
 *
 * @typedef {import('../flow/types.js').Problem} Problem
 * @typedef {import('../flow/types.js').Slot} Slot
 * @typedef {import('../flow/types.js').Say} Say
 * @typedef {import('../flow/types.js').Clock} Clock
 */

/** Why it can't be had. @param {Problem | undefined} problem @param {Say} say */
export const words = (problem, say) => {
  switch (problem?.__typename) {
    case 'SlotTaken':
    case 'HoldExpired':
      return say('problem.taken');
    case 'NotOpen':
      return say('problem.notOpen');
    case 'NoticeTooShort':
      return say('problem.tooSoon');
    case 'BeyondHorizon':
      return say('problem.tooFar');
    case 'NotQualified':
      return say('problem.notQualified');
    case 'Declined':
      return problem.message ?? say('problem.other');
    default:
      return say('problem.other');
  }
};

/**
 * The refusal of a time, with other times to choose at once.
 *
 * @param {Problem[]} problems
 * @param {{say: Say, clock: Clock}} voice
 * @param {(slot: Slot, button: HTMLElement) => unknown} choose
 * @returns {import('../ui/frame.js').Notice}
 */
export const otherTimes = (problems, { say, clock }, choose) => {
  const problem = problems.find(({ alternatives }) => alternatives?.length) ?? problems[0];
  const alternatives = problem?.alternatives ?? [];
  return {
    tone: 'calm',
    title: words(problem, say),
    text: alternatives.length ? say('problem.nearest') : say('problem.chooseAnother'),
    choices: alternatives.map((slot) => ({
      label: say('dayAndTime', { day: clock.shortDay(clock.dateOf(slot.startsAt)), time: clock.time(slot.startsAt) }),
      act: (button) => choose(slot, button),
    })),
  };
};
