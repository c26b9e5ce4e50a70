/** @file A link to sign in: its secret is behind the `#`, and the field needs no typing. */

const field = /** @type {HTMLInputElement} */ (document.querySelector('#link'));

if (location.hash.length > 1) {
  field.value = location.hash.slice(1);
  /** @type {HTMLElement} */ (field.closest('.field')).hidden = true;
  /** @type {HTMLElement} */ (document.querySelector('form button')).focus();
  // So that no history has the secret.
  history.replaceState(null, '', location.pathname + location.search);
}
