/**
 * @file The clinic, its services and their practitioners.
 *
 * @typedef {import('./transport.js').Server} Server
 * @typedef {import('../flow/types.js').Service} Service
 * @typedef {import('../flow/types.js').Practitioner} Practitioner
 */
import { Catalogue, PractitionerBySlug, Practitioners } from '../queries/catalogue.graphql';
import { allNodes, nodesOf, request } from './transport.js';

/** The first practitioners of each service: a large clinic has many. @param {Server} server
 * @returns {Promise<import('../flow/types.js').Catalogue>} */
export const readCatalogue = async (server) => {
  let clinic;
  const services = await allNodes(async (after) => {
    const page = await request(server, Catalogue, { after });
    clinic = page.clinic;
    return page.services;
  });
  const listed = services.map((service) => ({
    ...service,
    practitioners: nodesOf(service.practitioners),
    hasMorePractitioners: service.practitioners.pageInfo.hasNextPage,
  }));
  return { clinic: /** @type {any} */ (clinic), services: listed };
};

/** Reads the practitioners of a service that the catalogue does not have yet. @param {Server} server @param {Service} service */
export const completePractitioners = async (server, service) => {
  if (!service.hasMorePractitioners) return;
  service.practitioners = await allNodes(async (after) =>
    (await request(server, Practitioners, { serviceId: service.id, after })).practitioners);
  service.hasMorePractitioners = false;
};

/** Makes sure that a practitioner is among those of their services; false where nobody has the slug.
 * @param {Server} server @param {Service[]} services @param {string} slug */
export const includePractitioner = async (server, services, slug) => {
  if (services.some(({ practitioners }) => practitioners.some((each) => each.slug === slug))) return true;
  if (!services.some(({ hasMorePractitioners }) => hasMorePractitioners)) return false;
  const { practitioner } = await request(server, PractitionerBySlug, { slug });
  if (!practitioner) return false;
  const offered = nodesOf(practitioner.services).map(({ id }) => id);
  for (const service of services) {
    if (offered.includes(service.id)) service.practitioners.push(practitioner);
  }
  return true;
};
