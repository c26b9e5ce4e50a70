/**
 * @file Here is `<book-online>`: a button in the page's own words. The rest is loaded when somebody means to use it.
 *
 * Attributes: service, practitioner, location (slugs), at (a time), lang, site, phone, inline; bare, to be opened by a script alone.
 * @typedef {import('./flow/types.js').Wish} Wish
 */

import css from './styles/control.css';

// This file has two addresses: one for ever, and one for each version.
const api = new URL(import.meta.url.replace(/widget\/([\da-f]{12}\/)?[\w-]+\.js.*$/, ''));
const load = () => import('./flow/start.js');

/** A page's address can ask for the dialog: `?book`, or `?book=dry-needling`. */
const ASKED = new URLSearchParams(location.search).get('book');

class BookOnline extends HTMLElement {
  /** @type {Promise<import('./flow/types.js').Opened> | undefined} */
  #flow;
  /** @type {HTMLElement | undefined} */
  #control;

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    const isAsked = ASKED !== null && this === (book(`[service="${CSS.escape(ASKED)}"]`) ?? book(':not([bare])'));
    if (this.hasAttribute('inline')) root.append(document.createElement('slot'));
    if (this.hasAttribute('inline') || isAsked) this.open(isAsked && ASKED ? { service: ASKED } : {});
    if (this.hasAttribute('inline') || this.hasAttribute('bare')) return;
    this.#dress();
    // A framework may fill the element late, or change its words.
    new MutationObserver(() => this.#dress()).observe(this, { childList: true, characterData: true, subtree: true });
  }

  /** Opens the dialog; what `wish` names goes before the attributes. @param {Wish} [wish] */
  async open(wish = {}) {
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    this.#control?.setAttribute('aria-busy', 'true');
    try {
      this.#flow ??= load().then(({ start }) => start(this, root, api, this.#leave));
      (await this.#flow).open(wish);
    } catch (reason) {
      this.#flow = undefined;
      console.error('book-online: the booking could not be loaded.', reason);
      if (!this.hasAttribute('inline')) this.#leave(wish);
    } finally {
      this.#control?.removeAttribute('aria-busy');
    }
  }

  async close() {
    (await this.#flow)?.close();
  }

  /** Somebody is about to open it. */
  warm = () => void load().then(({ warm }) => warm(this)).catch(() => {});

  /** To the hosted page, which does the same as the dialog. @param {Wish} wish */
  #leave = (wish) => {
    const service = wish.service ?? this.getAttribute('service') ?? '';
    const link = /** @type {HTMLAnchorElement | null} */ (this.querySelector('a[href]'));
    location.assign(link?.href ?? new URL(`book/${encodeURIComponent(service)}`, api).href);
  };

  /** A link stays a link (to be opened in another tab), with the page's words and our look. */
  #dress() {
    const link = /** @type {HTMLAnchorElement | null} */ (this.querySelector('a[href]'));
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
    control.addEventListener('pointerenter', this.warm, { once: true });
    control.addEventListener('focus', this.warm, { once: true });
    control.addEventListener('click', (event) => isPlain(event) && this.open());
    if (this.#control) this.#control.replaceWith(control);
    else /** @type {ShadowRoot} */ (this.shadowRoot).prepend(control);
    this.#control = control;
  }
}

/** A click that means this page and no other; the browser leaves it to us. @param {MouseEvent} event */
const isPlain = (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.defaultPrevented) return false;
  event.preventDefault();
  return true;
};

/** @param {string} which @returns {BookOnline | null} */
const book = (which) => document.querySelector(`book-online${which}`);

/** The element behind a link that a site builder would not let be one: `<a href="..." data-book-online data-service="...">`.
 * @type {WeakMap<Element, BookOnline>} */
const behind = new WeakMap();

/** @param {Event} event @returns {BookOnline | undefined} */
const meant = ({ target }) => {
  const link = target instanceof Element && target.closest('[data-book-online]');
  if (!link) return undefined;
  const element = behind.get(link) ?? /** @type {BookOnline} */ (document.createElement('book-online'));
  if (!behind.has(link)) {
    behind.set(link, element);
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
  // Heard at the document, so that what a page brings later is heard too.
  document.addEventListener('click', (event) => {
    const element = event instanceof MouseEvent && meant(event);
    if (element && isPlain(event)) element.open();
  });
  document.addEventListener('pointerover', (event) => meant(event)?.warm());
  document.addEventListener('focusin', (event) => meant(event)?.warm());
}
