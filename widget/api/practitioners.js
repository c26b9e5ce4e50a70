/**
 * @file The practitioners of a large clinic whom the catalogue does not list.
 *
 * @typedef {import('./transport.js').Server} Server
 * @typedef {import('../flow/types.js').Service} Service
 */
import { PractitionerBySlug, Practitioners } from '../queries/practitioners.graphql';
import { allNodes, nodesOf, request } from './transport.js';

/** Reads the practitioners of a service that the catalogue does not have yet. @param {Server} server
 * @param {Pick<Service, 'id' | 'practitioners' | 'hasMorePractitioners'>} service */
export const completePractitioners = async (server, service) => {
  if (!service.hasMorePractitioners) return;
  service.practitioners = await allNodes(async (after) =>
    (await request(server, Practitioners, { serviceId: service.id, after })).practitioners);
  service.hasMorePractitioners = false;
};

/** Makes sure that a practitioner is among those of their services; false where nobody has the slug.
 * @param {Server} server @param {Service[]} services @param {string} slug */
export const includePractitioner = async (server, services, slug) => {
  if (!services.some(({ hasMorePractitioners }) => hasMorePractitioners)) return false;
  const { practitioner } = await request(server, PractitionerBySlug, { slug });
  if (!practitioner) return false;
  const offered = nodesOf(practitioner.services).map(({ id }) => id);
  for (const service of services) {
    if (offered.includes(service.id)) service.practitioners.push(practitioner);
  }
  return true;
};
