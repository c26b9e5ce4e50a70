/** @file Passkeys: a form whose button asks the browser for one, and sends the answer. */

/**
 * The answer of the browser as JSON.
 *
 * @param {string} kind `create` or `get`
 * @param {any} options as the server made them
 */
async function answerOf(kind, options) {
  const made =
    kind === 'create'
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return JSON.stringify(made);
}

/** @param {HTMLFormElement} form */
function enhance(form) {
  form.hidden = false;
  const problem = /** @type {HTMLElement} */ (form.querySelector('.error'));
  form.addEventListener('submit', async (event) => {
    const field = /** @type {HTMLInputElement} */ (form.elements.namedItem('credential'));
    if (field.value) return;
    event.preventDefault();
    problem.hidden = true;
    try {
      const response = await fetch(`${form.getAttribute('action')}/challenge`, { method: 'POST', body: new URLSearchParams({ for: 'passkey' }) });
      if (!response.ok) throw new Error(String(response.status));
      field.value = await answerOf(form.dataset.passkey ?? 'get', await response.json());
      form.requestSubmit();
    } catch {
      // Cancelled, timed out, or no passkey is known here: the other ways are still there.
      problem.hidden = false;
    }
  });
}

if (globalThis.PublicKeyCredential && 'parseRequestOptionsFromJSON' in PublicKeyCredential)
  for (const form of document.querySelectorAll('form[data-passkey]')) enhance(/** @type {HTMLFormElement} */ (form));
