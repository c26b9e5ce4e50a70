import type { ForwardRefExoticComponent, HTMLAttributes, ReactNode, Ref, RefAttributes } from 'react';
import type { BookOnlineAttributes, BookOnlineElement, BookOnlineEvent, Details, Options } from './index.d.ts';

type Handlers = {
  [Name in keyof Details as `on${Capitalize<Name>}`]?: ((event: BookOnlineEvent<Name>) => void) | undefined;
};
type Listeners = {
  [Name in keyof Details as `onbook-online:${Name}`]?: ((event: BookOnlineEvent<Name>) => void) | undefined;
};

export interface BookOnlineProps extends Options, Handlers, Omit<HTMLAttributes<BookOnlineElement>, keyof Options | keyof Handlers> {
  /** The words of the button: "Book Online" unless given. */
  children?: ReactNode;
}

/** The button and its dialog. The `ref` is the element, with `open()` and `close()`. */
export const BookOnline: ForwardRefExoticComponent<BookOnlineProps & RefAttributes<BookOnlineElement>>;

/** The bare element in JSX, for pages that load its script themselves. */
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'book-online': Omit<HTMLAttributes<BookOnlineElement>, keyof BookOnlineAttributes> & BookOnlineAttributes & Listeners & {
        ref?: Ref<BookOnlineElement>;
        key?: string | number;
      };
    }
  }
}
