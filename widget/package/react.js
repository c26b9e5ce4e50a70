'use client';
/** @file `<BookOnline>` for React: the element with a link inside, its events as props. */
import { createElement, forwardRef, useEffect, useImperativeHandle, useRef } from 'react';
import { attributesOf, EVENTS, linkOf, start } from './markup.js';

/** @param {string} name */
const propOf = (name) => `on${name[0]?.toUpperCase()}${name.slice(1)}`;
const OWN = new Set(['server', 'service', 'practitioner', 'location', 'at', 'lang', 'site', 'phone', 'inline', 'bare', 'next', 'noMatch', 'noHistory', 'children', ...EVENTS.map(propOf)]);

export const BookOnline = forwardRef((/** @type {import('./react.d.ts').BookOnlineProps} */ props, ref) => {
  const { server, children = 'Book Online' } = props;
  const element = useRef(/** @type {import('./index.d.ts').BookOnlineElement | null} */ (null));
  /** The handlers of the latest rendering, so that listeners stay when a page passes new functions each time. */
  const latest = useRef(props);
  useEffect(() => void (latest.current = props));
  useEffect(() => start(server), [server]);
  useImperativeHandle(ref, () => /** @type {import('./index.d.ts').BookOnlineElement} */ (element.current));
  useEffect(() => {
    const { current } = element;
    const connection = new AbortController();
    for (const name of EVENTS) {
      const tell = (/** @type {Event} */ event) => /** @type {any} */ (latest.current)[propOf(name)]?.(event);
      current?.addEventListener(`book-online:${name}`, tell, { signal: connection.signal });
    }
    return () => connection.abort();
  }, []);
  const rest = Object.fromEntries(Object.entries(props).filter(([name]) => !OWN.has(name)));
  const href = linkOf(props);
  return createElement('book-online', { ...rest, ...attributesOf(props), ref: element }, href && createElement('a', { href }, children));
});
BookOnline.displayName = 'BookOnline';
