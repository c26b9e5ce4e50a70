/** @file What a screen reader is told, and nobody else: a live region that is there from the start. */

const region = document.createElement('p');
region.className = 'vh';
region.setAttribute('role', 'status');
document.body.append(region);

/** @param {string} words */
export function announce(words) {
  // The same words again would be no change, and so would not be said.
  region.textContent = region.textContent === words ? `${words}\u00a0` : words;
}
