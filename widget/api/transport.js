/**
 * @file GraphQL over HTTP as the widget sends it: one POST a request, bounded in time and without cookies.
 *
 * @typedef {object} Server
 * @property {URL} endpoint
 * @property {string} language
 * @property {string | null} [site]  the key of the page's web site
 * @property {Map<string, string>} unanswered  idempotency keys of holds whose answer was lost, by their input
 *
 * @typedef {{phone: string, phoneShown: string}} Contact
 * @typedef {{edges: {node: any}[], pageInfo: {hasNextPage: boolean, endCursor?: string}}} Connection
 */
const TIMEOUT_MS = 15_000;

/** No answer, or none that makes sense. Whether the server did anything is unknown. */
export class Unreachable extends Error {
  /** `contact` is the clinic's number, in an answer of a server that fails; `isLimit` that this client asked too often.
   * @param {string} message @param {{cause?: unknown, contact?: Contact | undefined, isLimit?: boolean}} [options] */
  constructor(message, { cause, contact, isLimit } = {}) {
    super(message, { cause });
    this.contact = contact;
    this.isLimit = isLimit;
  }
}

/** @param {URL} api @param {string} language @param {string | null} [site] @returns {Server} */
export const serverAt = (api, language, site) =>
  ({ endpoint: new URL('graphql', api), language, site, unanswered: new Map() });

/** The response as it is. A server of another version, which does not know the operation's id, is sent its text.
 * @param {Server} server @param {string} operation  its id @param {object} variables
 * @param {RequestInit} [options] @returns {Promise<any>} */
export const post = async ({ endpoint, language, site }, operation, variables, options) => {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), TIMEOUT_MS);
  const ask = async (/** @type {object} */ document) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        'Accept-Language': language,
        ...(site && { 'X-Book-Online-Site': site }),
      },
      body: JSON.stringify({ ...document, variables }),
      credentials: 'omit',
      signal: controller.signal,
      ...options,
    });
    return response.json();
  };
  try {
    const answer = await ask({ documentId: operation });
    if (answer?.errors?.[0]?.extensions?.code !== 'DOCUMENT_NOT_FOUND') return answer;
    return await ask({ query: (await import('../queries/documents.graphql')).default[operation] });
  } catch (reason) {
    throw new Unreachable('The server could not be reached', { cause: reason });
  } finally {
    clearTimeout(timer);
  }
};

/**
 * The response to a GET, which the browser may keep, and the server's clock in milliseconds before the visitor's. Without a
 * site key it needs no preflight.
 *
 * @param {Server} server @param {string} operation  its id @param {object} variables @returns {Promise<{json: any, skew: number}>}
 */
export const get = async ({ endpoint, language, site }, operation, variables) => {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), TIMEOUT_MS);
  try {
    const asked = new URLSearchParams({ documentId: operation, variables: JSON.stringify(variables) });
    const response = await fetch(`${endpoint}?${asked}`, {
      headers: { Accept: 'application/json', 'Accept-Language': language, ...(site && { 'X-Book-Online-Site': site }) },
      credentials: 'omit',
      priority: 'low',
      signal: controller.signal,
    });
    return { json: await response.json(), skew: Date.parse(response.headers.get('Date') ?? '') - Date.now() || 0 };
  } finally {
    clearTimeout(timer);
  }
};

/** The response's data, where it has no error. @param {Server} server @param {string} operation @param {object} [variables]
 * @param {RequestInit} [options] @returns {Promise<any>} */
export const request = async (server, operation, variables = {}, options) => {
  const body = await post(server, operation, variables, options);
  if (!body?.data || body.errors || Object.values(body.data).some(saysTryAgain)) {
    const contact = body?.errors?.find?.((/** @type {any} */ error) => error?.extensions?.phone)?.extensions;
    const isLimit = body?.errors?.[0]?.extensions?.code === 'RATE_LIMITED';
    throw new Unreachable(JSON.stringify(body?.errors ?? 'no data'), { contact, isLimit });
  }
  return body.data;
};

/** The database has a bad moment; the same request can be sent again. @param {any} payload */
const saysTryAgain = (payload) =>
  payload?.problems?.some((/** @type {import('../flow/types.js').Problem} */ problem) => problem.__typename === 'TryAgain');

/** @param {Pick<Connection, 'edges'>} connection */
export const nodesOf = ({ edges }) => edges.map(({ node }) => node);

/** The nodes of all pages. @param {(after: string | null) => Promise<Connection>} readPage */
export const allNodes = async (readPage) => {
  const nodes = [];
  for (let after = null; ; ) {
    const page = await readPage(after);
    nodes.push(...nodesOf(page));
    if (!page.pageInfo.hasNextPage) return nodes;
    after = page.pageInfo.endCursor ?? null;
  }
};
