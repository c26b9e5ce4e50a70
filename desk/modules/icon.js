/** @file Icons of the desk, as the server's own pages draw them. */

const SVG = 'http://www.w3.org/2000/svg';

const address = document.querySelector('use[href]')?.getAttribute('href')?.split('#')[0] ?? '';

/** @param {string} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const use = document.createElementNS(SVG, 'use');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `${address}#${name}`);
  svg.append(use);
  return svg;
}
