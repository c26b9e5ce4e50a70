/** What `bundle.mjs` makes of files that are not JavaScript. */

/** The minified text of a style sheet, with all that it imports. */
declare module '*.css' {
  const text: string;
  export default text;
}

/** The id of each operation of the file by the operation's name; of `documents.graphql`, which is no file, the text of each
 * operation by its id. */
declare module '*.graphql';
