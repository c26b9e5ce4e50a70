/** @file The clinic and its services. */
import { Catalogue } from '../queries/catalogue.graphql';
import { allNodes, nodesOf, request } from './transport.js';

/** @param {import('./transport.js').Server} server @returns {Promise<import('../flow/types.js').Catalogue>} */
export const readCatalogue = async (server) => {
  let clinic;
  const services = await allNodes(async (after) => {
    const page = await request(server, Catalogue, { after });
    clinic = page.clinic;
    return page.services;
  });
  const listed = services.map((service) => ({ ...service, practitioners: nodesOf(service.practitioners) }));
  return { clinic: /** @type {any} */ (clinic), services: listed };
};
