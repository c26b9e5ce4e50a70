/** @file DOM elements, never made from a string of HTML. */

/**
 * `on...` functions become listeners; true is an attribute without a value; false, null and undefined are left out.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} [props]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export const h = (tag, props = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(.../** @type {(Node | string)[]} */ (children.filter(Boolean)));
  return element;
};

/** A button beside the main one. @param {string} label @param {(button: HTMLButtonElement) => unknown} act
 * @param {Record<string, unknown>} [props] */
export const quietButton = (label, act, props) => {
  const button = h('button', { type: 'button', class: 'quiet', onclick: () => act(button), ...props }, label);
  return button;
};

/** @param {string} name @param {string} label @param {{id: string, name: string}[]} options @param {string | null} current
 * @param {(id: string) => void} choose */
export const selectField = (name, label, options, current, choose) => {
  const select = h('select', { class: 'input', part: 'input', id: name, onchange: () => choose(select.value) },
    ...options.map((option) => h('option', { value: option.id, selected: option.id === (current ?? '') }, option.name)));
  return h('div', { class: 'field', part: 'field' }, h('label', { for: name }, label), select);
};

/** Shows at a field or a group of answers what is wrong with it; an empty text takes it away.
 * @param {HTMLElement} field @param {HTMLElement | null} control  what a screen reader calls invalid @param {string} text */
export const markInvalid = (field, control, text) => {
  field.toggleAttribute('data-wrong', text !== '');
  control?.setAttribute('aria-invalid', String(text !== ''));
  field.querySelector('.wrong')?.replaceChildren(text);
};

const SHAPES = {
  back: 'M15 5l-7 7 7 7',
  forward: 'M9 5l7 7-7 7',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  calendar: 'M4 9h16M8 3v4m8-4v4M5 5h14a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z',
  clock: 'M12 7v5l3.5 2M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18z',
  person: 'M5 20c.8-3.6 3.6-5.5 7-5.5s6.2 1.9 7 5.5M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  place: 'M12 21c-4.5-4.6-6.5-8-6.5-11a6.5 6.5 0 0 1 13 0c0 3-2 6.4-6.5 11zM12 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z',
  phone: 'M6.5 3.5h3l1.5 4.5-2 1.5c1 2.2 2.8 4 5 5l1.5-2 4.5 1.5v3a2 2 0 0 1-2.2 2C11 18.5 5.5 13 4.5 5.7a2 2 0 0 1 2-2.2z',
  service: 'M12 8v8m-4-4h8M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18z',
  alert: 'M12 8v5m0 3.2v.1M12 3.5l9 16H3z',
};

/** A drawing without a name of its own: there is always a word with it. @param {keyof typeof SHAPES} name */
export const icon = (name) => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `icon ${name}`);
  path.setAttribute('d', SHAPES[name]);
  svg.append(path);
  return svg;
};
