/** @file Compiled, never run: what the types of the package allow, and what they refuse. */
import type { ComponentProps } from 'svelte';
import type { SvelteHTMLElements } from 'svelte/elements';
import { h } from 'vue';
import { load } from '@book-online/element';
import { BookOnline as ReactButton } from '@book-online/element/react';
import SvelteButton from '@book-online/element/svelte';
import { BookOnline as VueButton, type BookOnlineExposed } from '@book-online/element/vue';

const server = 'https://book.example.com';

document.addEventListener('book-online:booked', ({ detail }) => detail.service.toUpperCase());
// @ts-expect-error  An event carries nothing personal.
document.addEventListener('book-online:booked', ({ detail }) => detail.patient);
document.querySelector('book-online')?.open({ service: 'dry-needling', patient: { name: 'Sample Patient' } });
// @ts-expect-error  No such choice.
document.querySelector('book-online')?.open({ room: 'one' });
const made: Promise<HTMLElement | null> = load(server).then((Element) => Element && new Element());

export const inReact = [
  <ReactButton server={server} service="dry-needling" id="button" onStep={({ detail }) => detail.step.length}>Book</ReactButton>,
  // @ts-expect-error  The server is needed.
  <ReactButton service="dry-needling" />,
  // @ts-expect-error  No such event.
  <ReactButton server={server} onBook={() => {}} />,
  <book-online service="dry-needling" no-history="" onbook-online:booked={({ detail }) => detail.service}>Book</book-online>,
  // @ts-expect-error  No such attribute.
  <book-online treatment="dry-needling" />,
];

export const inVue = h(VueButton, { server, noHistory: true, onBooked: ({ detail }) => detail.service.length });
// @ts-expect-error  The server is needed.
h(VueButton, { service: 'dry-needling' });
export const exposed = (button: BookOnlineExposed) => button.open({ at: '2026-11-24' });

export const inSvelte: ComponentProps<typeof SvelteButton> = { server, class: 'wide', onclose: ({ detail }) => detail };
// @ts-expect-error  The server is needed.
export const withoutServer: ComponentProps<typeof SvelteButton> = { service: 'dry-needling' };
export const bare: SvelteHTMLElements['book-online'] = { service: 'dry-needling', 'onbook-online:open': () => {} };
export default made;
