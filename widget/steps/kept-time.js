/** @file The chosen times are kept: quietly, until the last minute asks about it, and what is true after it. */
import { h, quietButton } from '../ui/element.js';
import { offerOtherTimes } from './time.js';

const MINUTE = 60_000;

/** @param {import('../flow/types.js').Flow} flow */
export const keptTime = (flow) => {
  const { t, frame, holds } = flow;
  const element = h('div', { class: 'kept', hidden: true });
  /** @type {'' | 'ends' | 'over'} */
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
    const state = left > MINUTE ? '' : left > 0 ? 'ends' : 'over';
    if (state !== shown) {
      const text = state === 'over' ? t.count('kept.over', holds.all.length) : t('kept.ends');
      element.replaceChildren(...(state ? [h('p', {}, text), button(state === 'ends' ? 'kept.longer' : 'kept.again')] : []));
      if (state) frame.announce(text);
    }
    element.hidden = !state;
    shown = state;
    if (left > 0) timer = setTimeout(() => element.isConnected && holds.isOpen() && update(), left - (state ? 0 : MINUTE) + 1);
  };
  update();
  return { element, update };
};
