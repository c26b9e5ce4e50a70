import type { DefineComponent, Ref } from 'vue';
import type { BookOnlineAttributes, BookOnlineElement, BookOnlineEvent, Details, Options, Preselection } from './index.d.ts';

type Emits = { [Name in keyof Details]: (event: BookOnlineEvent<Name>) => void };
type Listeners = {
  [Name in keyof Details as `onBook-online:${Name}`]?: ((event: BookOnlineEvent<Name>) => void) | undefined;
};

/** What a template ref of the component has. */
export interface BookOnlineExposed {
  element: Ref<BookOnlineElement | null>;
  open(preselection?: Preselection): Promise<void> | undefined;
  close(): Promise<void> | undefined;
}

/** The button and its dialog: `<BookOnline server="https://book.example.com" @booked="..." />`. */
export const BookOnline: DefineComponent<Options, BookOnlineExposed, {}, {}, {}, {}, {}, Emits>;

/** The bare element in templates, for pages that load its script themselves. */
declare module 'vue' {
  interface GlobalComponents {
    'book-online': DefineComponent<BookOnlineAttributes & Listeners>;
  }
}
