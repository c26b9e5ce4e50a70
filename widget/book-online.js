/**
 * @file `<book-online>`: a button in the page's own words. The rest is loaded when a visitor is about to use it.
 *
 * Attributes: service, practitioner, location (slugs), at (a time), lang, site, phone, inline; bare, to be opened by a script alone.
 * @typedef {import('./flow/types.js').Preselection} Preselection
 */
import { addStyles } from './styles/add-styles.js';
import css from './styles/control.css';

// This file has two addresses: one for ever, and one for each version.
const api = new URL(import.meta.url.replace(/widget\/([\da-f]{12}\/)?[\w-]+\.js.*$/, ''));
const load = () => import('./flow/start.js');

/**
 * A page's address can ask for the dialog: `?book`, or `?book=dry-needling`. Mail programs add punctuation to a link, and
 * write its `=` as `=3D`.
 */
const REQUESTED = new URLSearchParams(location.search).get('book')?.replace(/^3D|[^\w]+$|\s+/g, '').toLowerCase() ?? null;

class BookOnline extends HTMLElement {
  static observedAttributes = ['lang', 'service', 'practitioner', 'location', 'at', 'inline'];

  /** @type {Promise<import('./flow/types.js').Dialog> | undefined} */
  #dialog;
  /** @type {HTMLElement | undefined} */
  #control;
  /** The page's own words and link. */
  #words = document.createElement('slot');

  connectedCallback() {
    if (this.shadowRoot) return this.#tell('connect');
    const root = this.attachShadow({ mode: 'open' });
    // First of all: if anything below fails in some browser, the page's own words and link are still shown.
    root.append(this.#words);
    addStyles(root, css, new URL('widget/static/control.css', api));
    const isRequested =
      REQUESTED !== null && this === (find(`[service="${CSS.escape(REQUESTED)}"]`) ?? find(':not([bare])'));
    if (this.hasAttribute('inline') || isRequested) this.open(isRequested && REQUESTED ? { service: REQUESTED } : {});
    this.#renderControl();
    // A framework may fill the element after it is connected, or change its words.
    new MutationObserver(() => this.#renderControl()).observe(this, { childList: true, characterData: true, subtree: true });
  }

  disconnectedCallback() {
    this.#tell('disconnect');
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (!this.shadowRoot) return;
    if (name === 'inline') this.#renderControl();
    if (this.#dialog) this.#tell('follow');
    else if (this.hasAttribute('inline')) this.open();
  }

  /** @param {'connect' | 'disconnect' | 'follow'} what */
  #tell(what) {
    this.#dialog?.then((dialog) => dialog[what](), () => {});
  }

  /** Opens the dialog; the choices given here take precedence over the attributes. @param {Preselection} [preselection] */
  async open(preselection = {}) {
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    this.#control?.setAttribute('aria-busy', 'true');
    try {
      this.#dialog ??= load().then(({ start }) => start(this, root, api, this.#fallBack));
      await (await this.#dialog).open(preselection);
    } catch (reason) {
      this.#dialog = undefined;
      console.error('book-online: the booking could not be loaded.', reason);
      this.#fallBack(preselection);
    } finally {
      this.#control?.removeAttribute('aria-busy');
    }
  }

  async close() {
    (await this.#dialog)?.close();
  }

  preload = () => void load().then(({ preload }) => preload(this)).catch(() => {});

  /** Where the flow can't run: the hosted page, or what the page put inside an inline element.
   * @param {Preselection} preselection */
  #fallBack = (preselection) => {
    if (this.hasAttribute('inline')) {
      /** @type {ShadowRoot} */ (this.shadowRoot).replaceChildren(this.#words);
      return;
    }
    const service = preselection.service ?? this.getAttribute('service') ?? '';
    location.assign(this.#link?.href ?? new URL(`book/${encodeURIComponent(service)}`, api).href);
  };

  get #link() {
    return /** @type {HTMLAnchorElement | null} */ (this.querySelector('a[href]'));
  }

  /** A link stays a link, so that it can be opened in another tab; it has the page's words and our style. */
  #renderControl() {
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    this.#control?.remove();
    if (this.hasAttribute('inline') || this.hasAttribute('bare')) {
      if (!this.#dialog) root.prepend(this.#words);
      return;
    }
    const link = this.#link;
    /** @type {HTMLElement} */
    const control = document.createElement(link ? 'a' : 'button');
    control.className = 'control';
    control.setAttribute('part', 'control');
    control.setAttribute('aria-haspopup', 'dialog');
    if (link) {
      control.setAttribute('href', link.href);
      control.append(...link.cloneNode(true).childNodes);
    } else {
      control.setAttribute('type', 'button');
      control.append(document.createElement('slot'));
    }
    control.addEventListener('pointerenter', this.preload, { once: true });
    control.addEventListener('focus', this.preload, { once: true });
    control.addEventListener('click', (event) => takesOver(event) && this.open());
    this.#words.remove();
    root.prepend(control);
    this.#control = control;
  }
}

/** Whether a click is meant for this tab; the browser's own navigation is then prevented. @param {MouseEvent} event */
const takesOver = (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.defaultPrevented) return false;
  event.preventDefault();
  return true;
};

/** @param {string} selector @returns {BookOnline | null} */
const find = (selector) => document.querySelector(`book-online${selector}`);

/** The element behind each `<a href="..." data-book-online data-service="...">`, for site builders that strip unknown tags.
 * @type {Map<Element, BookOnline>} */
const elements = new Map();

/** @param {Event} event @returns {BookOnline | undefined} */
const elementOf = ({ target }) => {
  const link = target instanceof Element && target.closest('[data-book-online]');
  if (!link) return undefined;
  for (const [former, element] of elements) {
    if (!former.isConnected) {
      element.remove();
      elements.delete(former);
    }
  }
  const element = elements.get(link) ?? /** @type {BookOnline} */ (document.createElement('book-online'));
  if (!elements.has(link)) {
    elements.set(link, element);
    const { dataset } = /** @type {HTMLElement} */ (link);
    const lang = link.closest('[lang]')?.getAttribute('lang');
    for (const [name, value] of Object.entries({ ...(lang && { lang }), ...dataset, bare: '' })) {
      if (name !== 'bookOnline') element.setAttribute(name, value ?? '');
    }
    document.body.append(element);
  }
  return element;
};

if (!customElements.get('book-online')) {
  customElements.define('book-online', BookOnline);
  // At the document, so that links which a page adds later are included.
  document.addEventListener('click', (event) => {
    const element = event instanceof MouseEvent && elementOf(event);
    if (element && takesOver(event)) element.open();
  });
  document.addEventListener('pointerover', (event) => elementOf(event)?.preload());
  document.addEventListener('focusin', (event) => elementOf(event)?.preload());
}
