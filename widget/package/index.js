/**
 * @file Loads `<book-online>` from a clinic's own server, so that element and server are always of one version.
 *
 * Nothing happens at import, so that a server may import it too.
 */
const TAG = 'book-online';
/** By address, each script that was asked for. @type {Map<string, Promise<void>>} */
const scripts = new Map();

/** @type {typeof import('./index.d.ts').load} */
export const load = async (server) => {
  const source = addressOn(server, 'widget/book-online.js');
  if (typeof document === 'undefined') return null;
  if (!customElements.get(TAG)) await (scripts.get(source) ?? addScript(source));
  return /** @type {any} */ (customElements.whenDefined(TAG));
};

/** @type {typeof import('./index.d.ts').hostedPage} */
export const hostedPage = (server, { service, ...choices } = {}) => {
  const url = new URL(addressOn(server, service ? `book/${encodeURIComponent(service)}` : 'book'));
  for (const name of /** @type {const} */ (['lang', 'practitioner', 'location', 'at'])) {
    const value = choices[name];
    if (value) url.searchParams.set(name, value);
  }
  return url.href;
};

/** @param {string} server @param {string} path */
const addressOn = (server, path) => {
  try {
    return new URL(path, server.endsWith('/') ? server : `${server}/`).href;
  } catch {
    throw new TypeError(`The server must be an address like https://book.example.com, and is ${JSON.stringify(server)}.`);
  }
};

/** A script that the page has already is waited for. @param {string} source @returns {Promise<void>} */
const addScript = (source) => {
  if ([...document.scripts].some(({ src }) => src === source)) return Promise.resolve();
  const loaded = new Promise((done, fail) => {
    const script = document.createElement('script');
    script.type = 'module';
    script.src = source;
    script.onload = () => done(undefined);
    script.onerror = () => {
      // Asked for once more when somebody calls `load` again.
      scripts.delete(source);
      script.remove();
      fail(new Error(`${source} could not be loaded. Visitors see the link inside the element instead.`));
    };
    document.head.append(script);
  });
  scripts.set(source, loaded);
  return loaded;
};
