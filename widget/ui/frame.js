/**
 * @file Here is what stands around every step: a dialog, or a part of the page; notices, buttons, the phone number.
 *
 * @typedef {import('../flow/types.js').Page} Page
 * @typedef {import('../flow/types.js').Say} Say
 * @typedef {{label: string, act: (button: HTMLElement) => unknown}} Choice
 * @typedef {{title: string, text?: string, choices?: Choice[], tone?: 'bad' | 'calm' | 'slow' | 'good'}} Notice
 * @typedef {ReturnType<typeof createFrame>} Frame
 */
import { h, icon } from './element.js';

const SLOW = 5_000;
const TONES = /** @type {const} */ ({ bad: 'alert', calm: 'clock', slow: 'clock', good: 'check' });

/** @param {{say: Say, isInline: boolean, onTrouble: () => void}} options */
export const createFrame = ({ say, isInline, onTrouble }) => {
  const top = h('p', { class: 'where' });
  const steps = h('p', { class: 'progress' });
  const close = h('button', { type: 'button', class: 'close', part: 'close', 'aria-label': say('close') }, icon('close'));
  const notices = h('div', { class: 'notices', role: 'alert' });
  const status = h('p', { class: 'sr', role: 'status' });
  const foot = h('div', { class: 'foot', part: 'footer' });
  const actions = h('div', { class: 'actions', part: 'actions' });
  const body = h('div', { class: 'body', part: 'body' }, notices);
  const form = h('form', { class: 'page', novalidate: true }, body, actions);
  const head = h('div', { class: 'top', part: 'header' }, ...(isInline ? [steps] : [top, steps, close]));
  const inside = [head, form, foot, status];
  const common = { 'aria-labelledby': 'title', lang: say.language, dir: say.direction };
  const element = isInline
    ? h('section', { class: 'frame inline', part: 'frame', ...common }, ...inside)
    : h('dialog', { class: 'frame', part: 'frame', ...common }, ...inside);

  // The page sees the element, not the field in it: what is typed would be a shortcut of the page.
  for (const key of ['keydown', 'keypress', 'keyup']) element.addEventListener(key, (event) => event.stopPropagation());

  const primaryButton = () => actions.querySelector('.primary');
  let isBusy = false;
  let isWaiting = false;
  let shown = '';
  /** @type {string | null} */
  let pressedOn = null;
  /** @type {(() => void) | null} */
  let submit = null;
  element.addEventListener('close', () => (pressedOn = null));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isWaiting) return submit?.();
    // Nothing that the visitor sees says that they should wait, so the press counts: on what is shown then.
    pressedOn = shown;
    primaryButton()?.setAttribute('aria-busy', 'true');
  });

  const clearNotice = () => {
    const hadFocus = notices.querySelector(':focus') !== null;
    notices.replaceChildren();
    if (hadFocus) focusTitle();
  };

  const focusTitle = () =>
    /** @type {HTMLElement | null} */ (body.querySelector('.title'))?.focus({ preventScroll: !isInline });

  /** Said at once by screen readers, and shown above the step. @param {Notice} notice */
  const notice = ({ title, text, choices = [], tone = 'bad' }) => {
    const hadFocus = notices.querySelector(':focus') !== null;
    notices.replaceChildren(
      h('div', { class: `notice ${tone}`, part: 'notice' },
        icon(TONES[tone]),
        h('div', {},
          h('p', { class: 'strong' }, title),
          text ? h('p', {}, text) : null,
          choices.length ? h('p', { class: 'choices' }, ...choices.map(choiceButton)) : null,
        )),
    );
    if (hadFocus) notices.querySelector('button')?.focus();
    if (tone !== 'slow') notices.scrollIntoView({ block: 'nearest' });
  };

  /** @param {Choice} choice */
  const choiceButton = ({ label, act }) => {
    /** @type {HTMLButtonElement} */
    const button = h('button', { type: 'button', class: 'quiet', onclick: () => act(button) }, label);
    return button;
  };

  /** After a while, says that it takes long. @param {() => unknown} work */
  const patiently = async (work) => {
    const slow = setTimeout(() => notice({ title: say('slow.title'), text: say('slow.text'), tone: 'slow' }), SLOW);
    try {
      return await work();
    } finally {
      clearTimeout(slow);
      if (notices.querySelector('.slow')) clearNotice();
    }
  };

  /**
   * Does one thing at a time, however often it is pressed; when the server can't be reached, offers to try again.
   * What is done without a button is the widget's own: a press meanwhile is done afterwards, if the same is shown.
   *
   * @param {() => unknown} work @param {HTMLElement} [button]
   */
  const run = async (work, button) => {
    if (isBusy) return;
    isBusy = true;
    isWaiting = !button;
    if (!button || !notices.contains(button)) clearNotice();
    button?.setAttribute('aria-busy', 'true');
    try {
      await patiently(work);
    } catch (reason) {
      pressedOn = null;
      trouble(reason, () => run(work, button));
    } finally {
      (button ?? primaryButton())?.removeAttribute('aria-busy');
      isBusy = isWaiting = false;
    }
    const isStillThere = pressedOn === shown;
    pressedOn = null;
    if (isStillThere) submit?.();
  };

  /** @param {unknown} reason @param {() => unknown} retry */
  const trouble = (reason, retry) => {
    console.error('book-online:', reason);
    const again = () => {
      clearNotice();
      retry();
    };
    notice({ title: say('trouble.title'), text: say('trouble.text'), choices: [{ label: say('trouble.again'), act: again }] });
    onTrouble();
  };

  /** @param {Page} page @param {{step?: [number, number] | null, isQuiet?: boolean}} [where] */
  const show = ({ title, lead = null, content, primary = null, back = null }, { step = null, isQuiet = false } = {}) => {
    clearNotice();
    shown = title;
    status.textContent = '';
    const heading = h('h2', { id: 'title', class: 'title', part: 'heading', tabindex: -1 }, title);
    const main = h('div', { class: 'content' }, heading, lead ? h('div', { class: 'lead' }, lead) : null, ...content);
    body.replaceChildren(notices, main);
    const go = primary && h('button', { type: 'submit', class: 'primary', part: 'primary' }, primary.label);
    submit = primary && go && (() => void run(primary.act, go));
    actions.replaceChildren(
      ...[
        back && h('button', { type: 'button', class: 'quiet back', part: 'back', onclick: () => isBusy || back() },
          icon('back'), say('back')),
        go,
      ].filter((button) => button !== null),
    );
    actions.hidden = !actions.childElementCount;
    showProgress(step);
    body.scrollTop = 0;
    if (!isInline) element.scrollTop = 0;
    if (!isQuiet) focusTitle();
  };

  /** @param {[number, number] | null} step */
  const showProgress = (step) => {
    steps.replaceChildren();
    head.hidden = isInline && !step;
    if (!step) return;
    const [n, of] = step;
    steps.append(
      h('span', { class: 'bar', 'aria-hidden': 'true' },
        ...Array.from({ length: of }, (_, i) => h('i', { class: i < n ? 'done' : '' }))),
      h('span', {}, say('progress', { n, of })),
    );
  };

  return {
    element,
    close,
    focusTitle,
    show,
    run,
    notice,
    clearNotice,
    patiently,
    trouble,
    /** Said by screen readers when there is a pause. @param {string} text */
    tell: (text) => (status.textContent = text),
    /** @param {string} name @param {Node | null} contact */
    setClinic: (name, contact) => {
      top.textContent = name;
      foot.replaceChildren(...(contact ? [contact] : []));
    },
  };
};
