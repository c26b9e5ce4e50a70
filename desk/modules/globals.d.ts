/** Not in TypeScript's own types of the DOM: https://w3c.github.io/trusted-types/dist/spec/ */
declare var trustedTypes:
  | { createPolicy(name: string, rules: { createHTML: (html: string) => string }): { createHTML(html: string): string } }
  | undefined;
