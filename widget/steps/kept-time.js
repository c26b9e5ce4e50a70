/** @file How long the chosen times are kept: counted down quietly, asked about before the end, and what is true after it. */
import { h, quietButton } from '../ui/element.js';
import { offerOtherTimes } from './time.js';

const MINUTE = 60_000;

/** @param {import('../flow/types.js').Flow} flow */
export const keptTime = (flow) => {
  const { t, frame, holds } = flow;
  const element = h('div', { class: 'kept' });
  /** @type {'left' | 'ends' | 'over' | ''} */
  let shown = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const keep = async () => {
    const problems = await holds.renew();
    if (problems.length) return offerOtherTimes(flow, problems);
    update();
    frame.announce(t('kept.done'));
  };
  /** @param {'kept.longer' | 'kept.again'} label */
  const button = (label) => quietButton(t(label), (pressed) => frame.run(keep, pressed));

  const update = () => {
    clearTimeout(timer);
    const left = holds.end - Date.now();
    const minutes = Math.ceil(left / MINUTE);
    const state = minutes > 1 ? 'left' : left > 0 ? 'ends' : 'over';
    if (state === 'left') {
      // For the eye alone.
      element.replaceChildren(t('kept.left', { left: minutes }));
    } else if (state !== shown) {
      const text = state === 'over' ? t.count('kept.over', holds.all.length) : t('kept.ends');
      element.replaceChildren(h('p', {}, text), button(state === 'ends' ? 'kept.longer' : 'kept.again'));
      frame.announce(text);
    }
    shown = state;
    element.classList.toggle('soft', state === 'left');
    if (left > 0) timer = setTimeout(() => element.isConnected && holds.isOpen() && update(), left - (minutes - 1) * MINUTE + 1);
  };
  update();
  return { element, update };
};
