/**
 * @file The steps of a booking as entries of the browser's history, so that its Back is ours.
 *
 * An entry's state names its step. A dialog begins with an entry of its own, and Back from there closes it; a booking in
 * the page begins in the page's entry. Nothing that the visitor typed or answered is in it.
 *
 * @typedef {import('./types.js').StepName} StepName
 * @typedef {{of: string, n: number, step: StepName, choice: Choice}} Mark  `n` entries of ours are below it
 * @typedef {{practitioner: string | null, location: string | null}} Choice  ids
 * @typedef {object} Listener
 * @property {(step: StepName) => boolean} show  enters the step, or answers that it can't be entered now
 * @property {() => void} leave  the visitor went back to where the booking had not begun
 */
const KEY = 'bookOnline';
/** Longer than any browser takes to go to an entry of the same page. */
const LOST_MS = 1_000;

export class Trail {
  /** @type {Listener} */
  listener = { show: () => false, leave: () => {} };
  /** On the hosted page, the address of a step.
   * @type {((api: URL, state: import('./types.js').State, step: StepName) => URL) | null} */
  addressOf = null;
  #n = 0;
  /** The steps of the entries from the first one on, as far as they are known. @type {(StepName | undefined)[]} */
  #steps = [];
  /** Going to another entry takes a moment, in which no other may be added. @type {Promise<unknown>} */
  #moved = Promise.resolve();
  /** @type {(() => void) | null} */
  #arrive = null;

  /** @param {HTMLElement} host @param {boolean} isHosted  its entries are known again after a reload */
  constructor(host, isHosted) {
    this.host = host;
    this.isHosted = isHosted;
    this.of = isHosted ? 'page' : crypto.getRandomValues(new Uint32Array(1)).join();
  }

  /** Follows the browser's Back and Forward. @param {AbortSignal} signal */
  connect(signal) {
    window.addEventListener('popstate', () => this.#onPopState(), { signal });
  }

  /** What the entry of a page that was reloaded says. @returns {Mark | null} */
  get mark() {
    const mark = history.state?.[KEY];
    return mark?.of === this.of ? mark : null;
  }

  /**
   * A step is shown: in a new entry, or in its own one where it is below, or else in the present one.
   *
   * @param {StepName} step @param {{isBack?: boolean, choice: Choice, address: () => URL | undefined}} entry
   */
  enter(step, entry) {
    this.#queue(async () => {
      const isFirst = !this.#steps.length;
      if (isFirst && !this.#isDialog) this.#n = this.mark?.n ?? 0;
      const known = this.#steps.lastIndexOf(step, this.#n);
      if (known >= 0 && known < this.#n) await this.#go(known - this.#n);
      const isNew = isFirst ? this.#isDialog : known < 0 && !entry.isBack;
      // Entries of a dialog that was open when the page was reloaded are still there.
      if (isNew) this.#n = 1 + (isFirst ? history.state?.[KEY]?.n ?? 0 : this.#n);
      this.#steps.length = this.#n;
      this.#steps[this.#n] = step;
      const { choice } = entry;
      const state = { ...history.state, [KEY]: { of: this.of, n: this.#n, step, choice } };
      history[isNew ? 'pushState' : 'replaceState'](state, '', entry.address()?.href);
    });
  }

  /** Goes to the entry before, if it is of this step; the listener hears of it. @param {StepName} step */
  back(step) {
    const isThere = this.#isOn && this.#steps[this.#n - 1] === step;
    if (isThere) history.back();
    return isThere;
  }

  /** Takes a dialog's entries out of the way: Back is the page's again. */
  leave() {
    return this.#queue(async () => {
      const n = this.#n;
      this.forget();
      if (n && this.#isDialog) await this.#go(-n);
    });
  }

  /** The page has another entry by now, or none of ours. */
  forget() {
    this.#n = 0;
    this.#steps = [];
  }

  get #isDialog() {
    return !this.host.hasAttribute('inline');
  }

  get #isOn() {
    return this.isHosted || !this.host.hasAttribute('no-history');
  }

  /** @param {() => Promise<void>} work */
  #queue(work) {
    // A frame without an origin of its own may have no history.
    if (this.#isOn) this.#moved = this.#moved.then(work).catch((reason) => console.error('book-online:', reason));
    return this.#moved;
  }

  /** @param {number} delta @returns {Promise<void>} */
  #go(delta) {
    this.#n = Math.max(this.#n + delta, 0);
    return new Promise((done) => {
      this.#arrive = done;
      setTimeout(done, LOST_MS);
      history.go(delta);
    });
  }

  #onPopState() {
    if (this.#arrive) {
      this.#arrive();
      this.#arrive = null;
      return;
    }
    const { mark } = this;
    if (!mark) {
      if (this.#isDialog && this.#steps.length) {
        this.forget();
        this.listener.leave();
      }
      return;
    }
    const by = mark.n - this.#n;
    if (!by || !this.#steps.length) return;
    const shown = this.#steps[this.#n];
    this.#n = mark.n;
    this.#steps[mark.n] = mark.step;
    if (mark.step === shown) history.go(Math.sign(by));
    else if (!this.listener.show(mark.step)) this.#queue(() => this.#go(-by));
  }
}
