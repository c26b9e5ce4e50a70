/** What `bundle.mjs` makes of files that are not JavaScript. */

/** The minified text of a style sheet, with all that it imports. */
declare module '*.css' {
  const text: string;
  export default text;
}

/** The text of each operation of the file by the operation's name; esbuild refuses a name that is not in it. */
declare module '*.graphql';
