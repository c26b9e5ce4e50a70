/** @file Signing out on the screen: where nobody uses the desk, no name stays in sight. The server ends the session by itself. */

import { announce } from '../announce.js';
import { BACKGROUND, loadPage, sessionEnd } from '../own-page.js';
import { text } from '../texts.js';

const CHECK = 15_000;
const WARNING = 60_000;

/** @type {HTMLElement | undefined} */
let warning;
let isLeaving = false;

/** This page's own address, also where it answers a form. */
const address = () => /** @type {HTMLInputElement | null} */ (document.querySelector('form[action="/desk/account/hide-names"] [name=next]'))?.value ?? '/desk/day';

function warn() {
  if (warning?.isConnected) return;
  warning = document.createElement('div');
  const [line, button] = [document.createElement('p'), document.createElement('button')];
  warning.className = 'toast';
  line.textContent = text('idle.soon');
  button.type = 'button';
  button.textContent = text('idle.stay');
  button.addEventListener('click', () => void loadPage(address()).then(check, () => {}));
  warning.append(line, button);
  document.querySelector('.toast')?.remove();
  document.querySelector('main')?.append(warning);
  announce(text('idle.soon'));
}

/** Hides the page, and asks whether the session is over: another page of this browser may have used it. */
async function leave() {
  if (isLeaving) return;
  isLeaving = true;
  document.body.hidden = true;
  const isOpen = await loadPage(address(), undefined, BACKGROUND).then(() => sessionEnd() > Date.now(), () => false);
  document.body.hidden = !isOpen;
  isLeaving = false;
  const { lang } = document.documentElement;
  if (!isOpen) location.assign(`/desk/sign-in?${new URLSearchParams({ lang, next: address() })}`);
}

async function check() {
  const left = sessionEnd() - Date.now();
  if (left <= 0) return leave();
  if (left <= WARNING) return warn();
  warning?.remove();
  return undefined;
}

export function startIdle() {
  setInterval(check, CHECK);
  // A computer that slept ran no timers.
  document.addEventListener('visibilitychange', check);
}
