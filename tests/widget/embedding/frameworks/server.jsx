/** @file What each framework renders where there is no browser, as JSON. */
import { renderToString as renderReact } from 'react-dom/server';
import { render as renderSvelte } from 'svelte/server';
import { createSSRApp, h } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import { hostedPage, load } from '@book-online/element';
import { BookOnline as ReactButton } from '@book-online/element/react';
import SvelteButton from '@book-online/element/svelte';
import { BookOnline as VueButton } from '@book-online/element/vue';

const props = { server: 'https://book.example.com', service: 'dry-needling', lang: 'fr', inline: true, bare: false };

console.log(JSON.stringify({
  loaded: await load(props.server),
  refused: await load('book.example.com').catch(({ message }) => message),
  address: hostedPage('https://example.com/booking/', { at: '2026-11-24T07:00-05:00' }),
  react: renderReact(<ReactButton {...props}>Réserver</ReactButton>),
  vue: await renderVue(createSSRApp({ render: () => h(VueButton, props, () => 'Réserver') })),
  svelte: renderSvelte(SvelteButton, { props }).body,
}));
