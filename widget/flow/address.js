/** @file The address of a step on the hosted page: service, day or time, and the step. Nothing of the visitor is in it. */

/** Whether the element is the hosted page's. @param {HTMLElement} host @param {URL} api */
export const isHostedPage = (host, api) =>
  host.hasAttribute('inline') && location.origin === api.origin && /^\/book(\/|$)/.test(location.href.slice(api.href.length - 1).replace(/[?#].*/, ''));

/** The step that the address asks for. */
export const stepAsked = () => new URLSearchParams(location.search).get('step');

/** @param {URL} api @param {import('./types.js').State} state @param {import('./types.js').StepName} step */
export const addressOf = (api, { service, held, day }, step) => {
  const url = new URL(step === 'service' || !service ? 'book' : `book/${service.slug}`, api);
  const query = new URLSearchParams(location.search);
  const startsAt = held.length === 1 ? held[0]?.slot.startsAt : null;
  const at = { service: null, call: null, confirmed: null, time: day, screening: startsAt, details: startsAt }[step];
  query.delete('step');
  query.delete('at');
  if (at) query.set('at', at === day ? day : new Date(at).toISOString().replace(':00.000', ''));
  if (startsAt && at === startsAt) query.set('step', step);
  url.search = query.toString().replaceAll('%3A', ':');
  return url;
};
