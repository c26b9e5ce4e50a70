/**
 * @file The clinic, its services and their practitioners.
 *
 * @typedef {import('./transport.js').Server} Server
 */
import { Catalogue } from '../queries/catalogue.graphql';
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
