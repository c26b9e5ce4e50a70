/**
 * @file What the server refused, said where it is meant, with what can be done instead. Loaded when something is refused.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 * @typedef {import('../flow/types.js').Problem} Problem
 * @typedef {import('./details.js').Form} Form
 */
import { filterFor } from '../flow/held-slots.js';
import { consentField } from '../ui/consent.js';
import { isAboutTime, otherTimesNotice, problemText } from '../ui/problem-text.js';
import { FIELDS, markFields, send } from './details.js';
import { callTheClinic } from './screening.js';
import { offerOtherTimes, take } from './time.js';

/** Tries again with times that are held anew, if that may help; else says why. @param {Flow} flow @param {Form} form
 * @param {Problem[]} problems */
export const refuseBooking = async (flow, form, problems) => {
  if (!problems.some(isAboutTime)) return refuseDetails(flow, form, problems);
  const refusals = await flow.holds.renew();
  if (refusals.length) return offerOtherTimes(flow, refusals);
  const others = await send(flow);
  if (others.length) refuseDetails(flow, form, others);
  else flow.goTo('confirmed');
};

/** Says why the details were refused, at their fields where they are meant. @param {Flow} flow @param {Form} form
 * @param {Problem[]} problems */
export const refuseDetails = (flow, form, problems) => {
  const { t, goTo, emit } = flow;
  /** @param {string} type */
  const has = (type) => problems.some(({ __typename }) => __typename === type);
  if (has('CallTheClinic')) return callTheClinic(flow, problems);
  if (has('ScreeningIncomplete')) {
    emit('problem', { problem: problems[0]?.__typename });
    return goTo('screening');
  }
  const asked = askAnew(flow, form, problems);
  const isMarked = markFields(flow, form, (name) => {
    const problem = problems.find(({ path }) => path.includes('patient') && path[path.length - 1] === name);
    return problem ? problem.visitorMessage ?? t(FIELDS[name].invalid) : '';
  }, asked);
  refuse(flow, problems, !isMarked);
};

/** Tells the page, and the visitor unless it has been said at a field. @param {Flow} flow @param {Problem[]} problems
 * @param {boolean} [isNoticed] */
export const refuse = ({ t, frame, emit }, problems, isNoticed = true) => {
  emit('problem', { problem: problems[0]?.__typename });
  if (isNoticed) frame.notice({ title: problemText(problems[0], t), text: t('problem.call') });
};

/** Shows the text that the clinic asks for by now, unticked, and says why. @param {Flow} flow @param {Form} form
 * @param {Problem[]} problems */
const askAnew = (flow, form, problems) => {
  const refusal = problems.find(({ consentText }) => consentText);
  if (!refusal?.consentText) return '';
  flow.catalogue.clinic.consentText = refusal.consentText;
  flow.state.consentTextId = null;
  const consent = consentField(flow);
  form.consent.replaceWith(consent);
  form.consent = consent;
  return flow.t(refusal.isOutdated ? 'consent.outdated' : 'consent.missing');
};

/** Other times in place of one that can't be held. @param {Flow} flow @param {Problem[]} problems */
export const refuseTime = (flow, problems) => {
  const { emit, frame, catalogue, state, holds: { lost } } = flow;
  emit('problem', { problem: problems[0]?.__typename });
  const hasPlaces = catalogue.clinic.locations.length > 1 && state.location === null;
  const context = { hasPlaces, hasInput: flow.hasInput(), lost, practitionerId: filterFor(state).practitionerId, hours: state.hours };
  frame.notice(otherTimesNotice(problems, flow, context, (slot, button) => frame.run(() => take(flow, slot), button)));
};
