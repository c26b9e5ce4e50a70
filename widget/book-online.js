/**
 * @file `<book-online>`: a button in the page's own words. The rest is loaded when a visitor is about to use it.
 *
 * Attributes: service, practitioner, location (slugs), at (a time), lang, site, phone, inline; next, which shows the soonest time;
 * no-match, for a colour that is not the page's; bare, to be opened by a script alone.
 * @typedef {import('./flow/types.js').Preselection} Preselection
 */
import { addStyles } from './styles/add-styles.js';
import css from './styles/button/control.css';

// This file has two addresses: one for ever, and one for each version.
const api = new URL(import.meta.url.replace(/widget\/([\da-f]{12}\/)?[\w-]+\.js.*$/, ''));
const SHEET = new URL('widget/static/control.css', api);
const load = () => import('./flow/start.js');
const links = () => import('./flow/links.js');

/** A page's address can ask for the dialog. */
const IS_REQUESTED = /[?&]book\b/.test(location.search);

/** The page's colour where no custom property tells it: of its form controls, or of the nearest button that is not grey.
 * @param {Element} host */
const pageColour = (host) => {
  const { accentColor } = getComputedStyle(host);
  if (accentColor !== 'auto') return `--bo-form:${accentColor}`;
  for (let part = host.parentElement; part; part = part.parentElement) {
    for (const button of part.querySelectorAll(':is(button,[type=submit],.btn,.button,.wp-element-button):not(book-online *)')) {
      const { backgroundColor } = getComputedStyle(button);
      const [red = 0, green = 0, blue = 0] = (backgroundColor.match(/\d+/g) ?? []).map(Number);
      const isColour = red + green + blue < 120 || Math.max(red, green, blue) - Math.min(red, green, blue) > 50;
      // Not `rgba`: it can't be seen through.
      if (isColour && /^rgb\(/.test(backgroundColor)) return `--bo-button:${backgroundColor}`;
    }
  }
  return '';
};

class BookOnline extends HTMLElement {
  static observedAttributes = 'lang service practitioner location at inline next'.split(' ');

  /** @type {Promise<import('./flow/types.js').Dialog> | undefined} */
  #dialog;
  /** @type {HTMLElement | undefined} */
  #control;
  #colour = '';
  /** The page's own words and link. */
  #words = document.createElement('slot');

  connectedCallback() {
    if (this.shadowRoot) {
      this.#keepNextTime();
      return this.#tell('connect');
    }
    const root = this.attachShadow({ mode: 'open' });
    // First of all: if anything below fails in some browser, the page's own words and link are still shown.
    root.append(this.#words);
    addStyles(root, css, SHEET);
    this.#match();
    if (this.hasAttribute('inline')) this.open();
    if (IS_REQUESTED) links().then(({ openRequested }) => openRequested(this));
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
    if (name === 'inline' || name === 'next') this.#renderControl();
    if (this.#dialog) this.#tell('follow');
    else if (this.hasAttribute('inline')) this.open();
  }

  /** Follows the page's colour, which may have changed. */
  #match() {
    const colour = this.hasAttribute('no-match') ? '' : pageColour(this);
    if (colour === this.#colour) return;
    this.#colour = colour;
    addStyles(/** @type {ShadowRoot} */ (this.shadowRoot), `:host{${colour}}`, SHEET);
  }

  /** The soonest time on the button, where the element asks for it. */
  #keepNextTime() {
    if (this.hasAttribute('next')) import('./flow/next-time.js').then(({ keepNextTime }) => keepNextTime(this, api)).catch(() => this.removeAttribute('next'));
  }

  /** @param {'connect' | 'disconnect' | 'follow'} what */
  #tell(what) {
    this.#dialog?.then((dialog) => dialog[what](), () => {});
  }

  /** Opens the dialog; the choices given here take precedence over the attributes. @param {Preselection} [preselection] */
  async open(preselection = {}) {
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    this.#control?.setAttribute('aria-busy', 'true');
    this.#match();
    root.querySelector('.tel')?.remove();
    try {
      this.#dialog ??= load().then(({ start }) => start(this, root, api, this.#fallBack));
      await (await this.#dialog).open(preselection);
    } catch (reason) {
      this.#dialog = undefined;
      console.error('book-online:', reason);
      if (!(await isOutOfReach()) || !this.#call()) this.#fallBack(preselection);
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

  /** Keeps the page and shows the clinic's number, where the page knows it. */
  #call() {
    const number = this.getAttribute('phone') ?? document.querySelector('[href^="tel:"]')?.textContent;
    if (!number) return false;
    const link = document.createElement('a');
    link.className = 'control tel';
    link.href = `tel:${number}`;
    link.textContent = `☎ ${number}`;
    /** @type {ShadowRoot} */ (this.shadowRoot).append(link);
    link.focus();
    return true;
  }

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
    Object.assign(control, link ? { href: link.href } : { type: 'button' }, { className: 'control', part: 'control' });
    control.setAttribute('aria-haspopup', 'dialog');
    control.append(...(link ? link.cloneNode(true).childNodes : [document.createElement('slot')]));
    for (const sign of ['pointerenter', 'focus']) control.addEventListener(sign, this.preload, { once: true });
    control.addEventListener('click', (event) => takesOver(event) && this.open());
    this.#words.remove();
    root.prepend(control);
    this.#control = control;
    this.#keepNextTime();
  }
}

/** Whether the network is gone, or the server. */
const isOutOfReach = async () => !navigator.onLine || load().then(() => false, () => true);

/** Whether a click is meant for this tab; the browser's own navigation is then prevented. @param {MouseEvent} event */
const takesOver = (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.defaultPrevented) return false;
  event.preventDefault();
  return true;
};

/** A link that opens the dialog, where the event is at one. @param {Event} event @returns {HTMLAnchorElement | null | false} */
const linkAt = ({ target }) => target instanceof Element && target.closest('[data-book-online]');

/** Stands in for the element of a link while that can't be loaded. @type {BookOnline | undefined} */
let substitute;

if (!customElements.get('book-online')) {
  customElements.define('book-online', BookOnline);
  // At the document, so that links which a page adds later are included.
  document.addEventListener('click', (event) => {
    const link = linkAt(event);
    if (!link || !takesOver(event)) return;
    substitute?.remove();
    links().then(({ elementOf }) => elementOf(link), () => {
      substitute = /** @type {BookOnline} */ (document.createElement('book-online'));
      substitute.append(link.cloneNode());
      substitute.toggleAttribute('bare');
      document.body.append(substitute);
      return substitute;
    }).then((element) => element.open());
  });
  for (const sign of ['pointerover', 'focusin']) {
    document.addEventListener(sign, (event) => {
      const link = linkAt(event);
      if (link) links().then(({ elementOf }) => elementOf(link).preload(), () => {});
    });
  }
}
