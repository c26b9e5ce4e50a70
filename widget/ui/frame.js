/**
 * @file The frame around every step, a dialog or a part of the page: heading, progress, notices, buttons, phone number.
 *
 * @typedef {import('../flow/types.js').Page} Page
 * @typedef {{label: string, note?: string | undefined, act: (button: HTMLElement) => unknown}} Choice
 * @typedef {{title: string, lost?: string | undefined, text?: string, choices?: Choice[], tone?: 'bad' | 'calm' | 'slow' | 'good'}} Notice
 */
import { Unreachable } from '../api/transport.js';
import { phoneLink } from './contact.js';
import { h, icon, quietButton } from './element.js';

const SLOW_MS = 5_000;
const TONE_ICONS = /** @type {const} */ ({ bad: 'alert', calm: 'clock', slow: 'clock', good: 'check' });

export class Frame {
  #clinicName = h('p', { class: 'where' });
  #progress = h('p', { class: 'progress' });
  #notices = h('div', { class: 'notices', role: 'alert' });
  #status = h('p', { class: 'sr', role: 'status' });
  #footer = h('div', { class: 'foot', part: 'footer' });
  #actions = h('div', { class: 'actions', part: 'actions' });
  #body = h('div', { class: 'body', part: 'body' }, this.#notices);
  #form = h('form', { class: 'page', novalidate: true, onsubmit: (/** @type {Event} */ event) => this.#onSubmit(event) });
  /** The room of Back in a dialog's header, kept while there is none. */
  #way = h('span', { class: 'way' });
  /** The phone number in the header of a phone, which has no footer. */
  #call = h('span', { class: 'dial' });
  #isBusy = false;
  #isLoading = false;
  #title = '';
  /** The title of the page that was shown when the main button was pressed too early. @type {string | null} */
  #pressedOn = null;
  /** @type {(() => void) | null} */
  #submit = null;
  /** Settled when nothing is being done. @type {Promise<void>} */
  settled = Promise.resolve();

  /** @param {{t: import('../flow/types.js').Translate, isInline: boolean, onTrouble: () => void, hasInput?: () => boolean}} options
   *   `hasInput`: something that the visitor chose or typed is still there */
  constructor({ t, isInline, onTrouble, hasInput = () => false }) {
    this.t = t;
    this.isInline = isInline;
    this.onTrouble = onTrouble;
    this.hasInput = hasInput;
    this.closeButton = h('button', { type: 'button', class: 'round', part: 'close', 'aria-label': t('close') }, icon('close'));
    const header = isInline ? [this.#progress] : [this.#way, h('div', { class: 'name' }, this.#clinicName, this.#progress), this.#call, this.closeButton];
    this.header = h('div', { class: 'top', part: 'header' }, ...header);
    this.#form.append(this.#body, this.#actions);
    this.element = h(isInline ? 'section' : 'dialog', {
      class: isInline ? 'frame inline' : 'frame', part: 'frame', 'aria-labelledby': 'title', lang: t.language, dir: t.direction,
      onclose: () => (this.#pressedOn = null),
    }, this.header, this.#form, this.#footer, this.#status);
    // Outside the shadow root a key's target is the element, so the page's shortcuts would react to typed text.
    for (const key of ['keydown', 'keypress', 'keyup']) this.element.addEventListener(key, (event) => event.stopPropagation());
  }

  /** @param {string} name @param {Node | null} contact */
  setClinic(name, contact) {
    this.#clinicName.textContent = name;
    this.#footer.replaceChildren();
    this.#call.replaceChildren();
    if (contact) this.#addContact(contact);
  }

  /** @param {Node} contact */
  #addContact(contact) {
    this.#footer.append(contact);
    const link = /** @type {Element | undefined} */ (this.#footer.querySelector('.phone')?.cloneNode(true));
    if (!link) return;
    link.className = 'round';
    /** @type {Element} */ (link.lastChild).className = 'sr';
    this.#call.replaceChildren(link);
  }

  /** @param {Page} page @param {{step?: [number, number] | null, isQuiet?: boolean}} [options] */
  show({ title, lead = null, content, primary = null, back = null }, { step = null, isQuiet = false } = {}) {
    this.clearNotice();
    this.#title = title;
    this.announce('');
    const heading = h('h2', { id: 'title', class: 'title', part: 'heading', tabindex: -1 }, title);
    this.#body.replaceChildren(this.#notices,
      h('div', { class: 'content' }, heading, lead && h('div', { class: 'lead' }, lead), ...content));
    const submit = primary && h('button', { type: 'submit', class: 'primary', part: 'primary' }, primary.label);
    this.#submit = submit && (() => void this.run(primary.act, submit));
    const backButton = back && h('button', {
      type: 'button', class: this.isInline ? 'quiet back' : 'round', part: 'back', onclick: () => this.#isBusy || back(),
    }, icon('back'), h('span', { class: !this.isInline && 'sr' }, this.t('back')));
    // A dialog has Back in its header, where it costs no height.
    this.#way.replaceChildren(...(backButton && !this.isInline ? [backButton] : []));
    this.#actions.replaceChildren(...[this.isInline && backButton, submit].filter((button) => !!button));
    this.#actions.hidden = !this.#actions.hasChildNodes();
    this.#showProgress(step);
    this.#body.scrollTop = this.#form.scrollTop = 0;
    if (!this.isInline) this.element.scrollTop = 0;
    if (!isQuiet) this.focusTitle();
  }

  /** Something is being done, in which a press on Back would be ignored too. */
  get isBusy() {
    return this.#isBusy;
  }

  focusTitle() {
    /** @type {HTMLElement | null} */ (this.#body.querySelector('.title'))?.focus({ preventScroll: !this.isInline });
  }

  /**
   * Does one thing at a time, however often it is pressed; when the server can't be reached, offers to try again.
   * Work without a button is the widget's own: a press meanwhile is done afterwards, if the same page is shown.
   *
   * @param {() => unknown} work @param {HTMLElement} [button]
   */
  async run(work, button) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    /** @type {() => void} */
    let settle = () => {};
    this.settled = new Promise((done) => (settle = done));
    this.#isLoading = !button;
    if (!button || !this.#notices.contains(button)) this.clearNotice();
    button?.setAttribute('aria-busy', 'true');
    try {
      await this.withSlowNotice(work);
    } catch (reason) {
      this.#pressedOn = null;
      this.showTrouble(reason, () => this.run(work, button));
    } finally {
      (button ?? this.#primaryButton())?.removeAttribute('aria-busy');
      this.#isBusy = this.#isLoading = false;
      settle();
    }
    const isSamePage = this.#pressedOn === this.#title;
    this.#pressedOn = null;
    if (isSamePage) this.#submit?.();
  }

  /** After a while, says that it takes long. @param {() => unknown} work */
  async withSlowNotice(work) {
    const { t } = this;
    const slow = setTimeout(() => this.notice({ title: t('slow.title'), text: t('slow.text'), tone: 'slow' }), SLOW_MS);
    try {
      return await work();
    } finally {
      clearTimeout(slow);
      if (this.#notices.querySelector('.slow')) this.clearNotice();
    }
  }

  /** Read out at once by screen readers, and shown above the step. @param {Notice} notice */
  notice({ title, lost, text, choices = [], tone = 'bad' }) {
    const hadFocus = this.#hasNoticeFocus();
    this.#notices.replaceChildren(
      h('div', { class: `notice ${tone}`, part: 'notice' },
        icon(TONE_ICONS[tone]),
        h('div', {},
          h('p', { class: 'strong' }, title, lost && ' ', lost && h('s', {}, lost)),
          text && h('p', {}, text),
          choices.length > 0 && h('p', { class: 'choices' }, ...choices.map(({ label, note, act }) => {
            const button = quietButton(label, act);
            if (note) button.append(' ', h('small', {}, note));
            return button;
          })))));
    if (hadFocus) this.#notices.querySelector('button')?.focus();
    if (tone !== 'slow') this.#notices.scrollIntoView({ block: 'nearest' });
  }

  clearNotice() {
    const hadFocus = this.#hasNoticeFocus();
    this.#notices.replaceChildren();
    if (hadFocus) this.focusTitle();
  }

  /** @param {unknown} reason @param {() => unknown} retry */
  showTrouble(reason, retry) {
    const { t } = this;
    console.error('book-online:', reason);
    const act = () => {
      this.clearNotice();
      retry();
    };
    const text = `${this.hasInput() ? `${t('trouble.kept')} ` : ''}${t('trouble.text')}`;
    const isLimit = reason instanceof Unreachable && reason.isLimit;
    this.notice({ title: t(isLimit ? 'problem.wait' : 'trouble.title'), text, choices: [{ label: t('trouble.again'), act }] });
    // The page itself may have no number, and the clinic's is not known until the catalogue is there.
    if (reason instanceof Unreachable && reason.contact && !this.#footer.hasChildNodes()) {
      this.#addContact(phoneLink(reason.contact.phone, reason.contact.phoneShown, t));
    }
    this.onTrouble();
  }

  /** Read out by screen readers when there is a pause. @param {string} text */
  announce(text) {
    this.#status.textContent = text;
  }

  /** @param {[number, number] | null} step */
  #showProgress(step) {
    this.header.hidden = this.isInline && !step;
    const [n, of] = step ?? [0, 0];
    const bar = h('span', { class: 'bar', 'aria-hidden': 'true' },
      ...Array.from({ length: of }, (_, i) => h('i', { class: i < n ? 'done' : '' })));
    this.#progress.replaceChildren(...(step ? [bar, h('span', {}, this.t('progress', { n, of }))] : []));
  }

  #onSubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!this.#isLoading) return this.#submit?.();
    // The visitor sees no sign to wait, so the press is done after loading, if the same page is shown then.
    this.#pressedOn = this.#title;
    this.#primaryButton()?.setAttribute('aria-busy', 'true');
  };

  #primaryButton() {
    return this.#actions.querySelector('.primary');
  }

  #hasNoticeFocus() {
    return this.#notices.querySelector(':focus') !== null;
  }
}
