/**
 * @file Who and where: practitioners to choose from, and a list of locations where there are several.
 *
 * @typedef {import('../flow/types.js').Flow} Flow
 */
import { serviceFacts } from '../ui/appointment.js';
import { h, selectField } from '../ui/element.js';
import { nextTask } from '../ui/tasks.js';
import { peopleChoice } from './people.js';

/** Null where there is nothing to choose. @param {Flow} flow @param {() => void} onChange
 * @param {{hasNext?: boolean}} [options] each practitioner's next time is said, too */
export const practitionerChoice = (flow, onChange, { hasNext = true } = {}) => {
  const { state, t, catalogue: { clinic: { locations } }, preselection, server } = flow;
  const { service } = state;
  const hasOwnLength = service && service.offerRange.shortestMinutes !== service.offerRange.longestMinutes;
  const people = !service || preselection.practitioner || service.practitioners.length < 2 ? null
    : peopleChoice(flow, service.practitioners, state.practitioner, (id) => {
      state.practitioner = id;
      onChange();
    }, { isTitled: !hasNext, hasNext, ...(hasOwnLength && { lengthOf: (id) => serviceFacts(service, t, id)[0] }) });
  const showFirstTimes = () => hasNext && people?.showFirstTimes({ serviceId: service?.id ?? '', locationId: state.location });
  /** The practitioners that were not known yet, and everybody's next time. */
  const fillIn = async () => {
    await nextTask(); // The times themselves come before.
    if (people && service?.hasMorePractitioners) {
      const listed = new Set(service.practitioners.map(({ id }) => id));
      await import('../api/practitioners.js').then(({ completePractitioners }) => completePractitioners(server, service)).catch(() => {});
      people.add(service.practitioners.filter(({ id }) => !listed.has(id)));
    }
    showFirstTimes();
  };
  fillIn();
  const place = preselection.location || locations.length < 2 ? null
    : selectField('location', t('location.question'), [{ id: '', name: t('location.any') }, ...locations], state.location, (id) => {
      state.location = id || null;
      showFirstTimes();
      onChange();
    });
  return people || place ? h('div', { class: 'fields' }, people?.element, place) : null;
};
