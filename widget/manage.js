/** @file `<book-online-manage>`: the page behind the link to move or cancel an appointment. */
import { manage } from './flow/manage-page.js';

class BookOnlineManage extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: 'open' });
    // The page's own words, with the phone number, until the visit is shown instead.
    const slot = document.createElement('slot');
    root.append(slot);
    manage(this, root, new URL('..', import.meta.url)).catch((reason) => {
      console.error('book-online: the page could not be loaded.', reason);
      root.replaceChildren(slot);
    });
  }
}

if (!customElements.get('book-online-manage')) customElements.define('book-online-manage', BookOnlineManage);

// The page in another language needs the secret too. It stays in the fragment, which no server sees.
for (const link of document.querySelectorAll('a[hreflang]')) {
  if (link instanceof HTMLAnchorElement) link.hash = location.hash;
}
