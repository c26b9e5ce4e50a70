/** @file The day as it is now: follows the server's changes, and says when the connection is lost. */

import { announce } from '../announce.js';
import { agendaOf, clockTime, linkOf, now } from './agenda.js';
import { refresh } from './patch.js';
import { followVisit, visitOfSheet } from '../sheet.js';
import { count, text } from '../texts.js';

const AGAIN = 5_000;
const GRACE = 4_000;
const SAID = 3;

const state = /** @type {HTMLElement} */ (document.querySelector('.live') ?? document.createElement('p'));

/** The day that is shown is as old as this. */
let updated = 0;
let lost = false;
let isStale = false;
let isFetching = false;

function show() {
  const agenda = agendaOf();
  state.classList.toggle('lost', lost);
  state.textContent = lost && agenda ? text('live.lost', { time: clockTime(agenda, updated) }) : text('live.on');
  state.hidden = false;
}

/** @param {boolean} isLost */
function setLost(isLost) {
  if (lost === isLost) return;
  lost = isLost;
  show();
  announce(state.textContent ?? '');
}

/** Shows what others changed, and says it. */
async function showFresh() {
  const fresh = (await refresh()).filter((entry) => entry.matches('.visit'));
  updated = now();
  setLost(false);
  if (fresh.some((entry) => entry === visitOfSheet())) await followVisit();
  for (const entry of fresh) entry.classList.add('changed');
  const words = fresh.slice(0, SAID).map((entry) => linkOf(entry)?.innerText.replace(/\s+/g, ' '));
  if (fresh.length) announce(count('live.changed', fresh.length, { visits: words.join('; ') }));
}

/** Fetches the day; once more if it changed again meanwhile. */
async function update() {
  isStale = true;
  if (isFetching) return;
  isFetching = true;
  try {
    while (isStale) {
      isStale = false;
      await showFresh();
    }
  } catch {
    setLost(true);
    setTimeout(update, AGAIN);
  } finally {
    isFetching = false;
  }
}

function connect() {
  const { date = '', mark = '' } = agendaOf()?.dataset ?? {};
  const changes = new EventSource(`/desk/changes?${new URLSearchParams({ date, since: mark })}`);
  let missing = 0;
  const changed = () => void update();
  changes.addEventListener('open', () => {
    clearTimeout(missing);
    // The server tells what was missed; a list that could not be fetched is fetched now.
    if (lost) changed();
  });
  changes.addEventListener('message', changed);
  changes.addEventListener('change', changed);
  changes.addEventListener('error', () => {
    clearTimeout(missing);
    const since = now();
    // A stream ends now and then, and the browser opens the next: nothing is lost yet.
    missing = setTimeout(() => {
      if (!lost) updated = since;
      setLost(true);
    }, GRACE);
    if (changes.readyState !== EventSource.CLOSED) return;
    clearTimeout(missing);
    setLost(true);
    setTimeout(connect, AGAIN);
  });
}

export function startLive() {
  updated = now();
  state.classList.add('live');
  if (!state.isConnected) document.querySelector('.search')?.before(state);
  show();
  connect();
}
