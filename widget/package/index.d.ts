/** Types of `<book-online>`. Its attributes, events and parts are described in `docs/reference/element.md`. */

/** What is chosen from the start: slugs of `clinic.toml`, and a time like `2026-11-24T12:00Z`. */
export interface Choices {
  service?: string | undefined;
  practitioner?: string | undefined;
  location?: string | undefined;
  at?: string | undefined;
}

/** Choices take precedence over the attributes; `patient` fills in the form. */
export interface Preselection extends Choices {
  patient?: { name?: string; email?: string; phone?: string };
}

export type Step =
  | 'service' | 'time' | 'screening' | 'details' | 'confirmed'
  | 'wishes' | 'join' | 'joined'
  // Later versions of a server may have others.
  | (string & {});

/** `event.detail` by the ends of the events' names. Nothing in it is personal. */
export interface Details {
  open: null;
  step: { step: Step };
  booked: { service: string };
  problem: { problem: string };
  close: null;
}

export type BookOnlineEvent<Name extends keyof Details> = CustomEvent<Details[Name]>;

export interface BookOnlineElement extends HTMLElement {
  /** Opens the dialog. */
  open(preselection?: Preselection): Promise<void>;
  close(): Promise<void>;
  /** Fetches what the dialog needs, because a visitor is about to open it. */
  preload(): void;
}

/** Attributes of the element as HTML has them: `inline`, `bare` and `no-history` are there or not. */
export interface BookOnlineAttributes extends Choices {
  lang?: string | undefined;
  site?: string | undefined;
  phone?: string | undefined;
  inline?: '' | boolean | undefined;
  bare?: '' | boolean | undefined;
  next?: '' | boolean | undefined;
  'no-match'?: '' | boolean | undefined;
  'no-history'?: '' | boolean | undefined;
}

/** Of the components for React, Vue and Svelte. */
export interface Options extends Choices {
  /** The address of the clinic's Book Online server: `https://book.example.com`. */
  server: string;
  lang?: string | undefined;
  /** The site key, where the server wants one. */
  site?: string | undefined;
  /** A number to show even while the server can't be reached. */
  phone?: string | undefined;
  /** The booking is a part of the page, without button and dialog. */
  inline?: boolean | undefined;
  /** No button: only `open()` opens the dialog. */
  bare?: boolean | undefined;
  /** The button says the soonest time. */
  next?: boolean | undefined;
  /** The button keeps its own colour and corners. */
  noMatch?: boolean | undefined;
  /** The steps are no entries of the browser's history. */
  noHistory?: boolean | undefined;
}

/**
 * Loads the element from the clinic's server, once for each page. Resolves to its class; to null where there is no browser.
 *
 * @throws {TypeError} `server` is no address.
 * @throws {Error} The script could not be loaded. The link inside the element stays, and another call tries again.
 */
export function load(server: string): Promise<(new () => BookOnlineElement) | null>;

/** The address of the page that books without the element: for the link inside it, or anywhere else. */
export function hostedPage(server: string, choices?: Choices & { lang?: string | undefined }): string;

type Events = { [Name in keyof Details as `book-online:${Name}`]: BookOnlineEvent<Name> };

declare global {
  interface HTMLElementTagNameMap {
    'book-online': BookOnlineElement;
  }
  interface HTMLElementEventMap extends Events {}
  interface DocumentEventMap extends Events {}
}
