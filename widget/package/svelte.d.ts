import type { Component, Snippet } from 'svelte';
import type { HTMLAttributes } from 'svelte/elements';
import type { BookOnlineAttributes, BookOnlineElement, BookOnlineEvent, Details, Options } from './index.d.ts';

type Handlers = { [Name in keyof Details as `on${Name}`]?: ((event: BookOnlineEvent<Name>) => void) | undefined };
type Listeners = {
  [Name in keyof Details as `onbook-online:${Name}`]?: ((event: BookOnlineEvent<Name>) => void) | undefined;
};

export interface BookOnlineProps extends Options, Handlers, Omit<HTMLAttributes<BookOnlineElement>, keyof Options | keyof Handlers | 'children'> {
  /** The words of the button: "Book Online" unless given. */
  children?: Snippet;
  /** The element itself, with `open()` and `close()`: `bind:element`. */
  element?: BookOnlineElement | undefined;
}

/** The button and its dialog. */
declare const BookOnline: Component<BookOnlineProps, {}, 'element'>;
export default BookOnline;

/** The bare element in markup, for pages that load its script themselves. */
declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'book-online': Omit<HTMLAttributes<BookOnlineElement>, keyof BookOnlineAttributes> & BookOnlineAttributes & Listeners;
  }
}
