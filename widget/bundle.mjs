/**
 * @file Bundles and minifies, with esbuild, what browsers load: `node widget/bundle.mjs [FOLDER]`.
 *
 * FOLDER is `build/widget` unless given. `documents.json` lists the GraphQL operations that the bundle sends.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { parse, print, separateOperations, stripIgnoredCharacters } from 'graphql';

const widget = import.meta.dirname;
const pages = join(widget, '../web/static');
const out = process.argv[2] ?? join(widget, '../build/widget');
const options = { bundle: true, minify: true, legalComments: 'none', logLevel: 'warning', outdir: out };

/** @param {string} path */
const read = (path) => readFileSync(path, 'utf8');

const { definitions } = parse(readdirSync(join(widget, 'queries')).map((file) => read(join(widget, 'queries', file))).join('\n'));
const byKind = Object.groupBy(definitions, ({ kind }) => kind);
const library = { kind: 'Document', definitions: [...byKind.OperationDefinition, ...byKind.FragmentDefinition] };
/** By name, each operation of `queries/` with the fragments that it needs and no others. */
const operations = Object.fromEntries(
  Object.entries(separateOperations(library)).map(([name, document]) => [name, stripIgnoredCharacters(print(document))]),
);

/** Modules import a style sheet as its text, and an operation by its name. @type {import('esbuild').Plugin} */
const texts = {
  name: 'texts',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { outputFiles } = await build({ ...options, entryPoints: [path], write: false });
      return { contents: outputFiles[0].text.trim(), loader: 'text' };
    });
    onLoad({ filter: /\.graphql$/ }, ({ path }) => ({
      contents: parse(read(path))
        .definitions.filter(({ kind }) => kind === 'OperationDefinition')
        .map(({ name }) => `export const ${name.value} = ${JSON.stringify(operations[name.value])};`)
        .join('\n'),
    }));
  },
};
const modules = { ...options, format: 'esm', target: 'es2022', plugins: [texts] };

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// Pages name these two. They import the rest from the folder of its version, whose name the server fills in.
await build({ ...modules, entryPoints: ['book-online.js', 'manage.js'].map((file) => join(widget, file)), external: ['./flow/*'] });
// Bundled apart: a module that both share would become a third file, which a browser would request only after the first.
for (const file of ['start.js', 'manage-page.js']) {
  await build({
    ...modules,
    entryPoints: [join(widget, 'flow', file)],
    entryNames: 'flow/[name]',
    chunkNames: 'flow/[name]',
    splitting: true,
  });
}
// The widget's own sheets are files too, for browsers that can't construct one.
const sheets = [...['pages', 'noscript'].map((name) => join(pages, name)), ...['control', 'dialog'].map((name) => join(widget, 'styles', name))];
await build({ ...options, entryPoints: sheets.map((sheet) => `${sheet}.css`), entryNames: '[name]', outdir: join(out, 'static') });
copyFileSync(join(pages, 'mark.svg'), join(out, 'static/mark.svg'));
writeFileSync(join(out, 'documents.json'), JSON.stringify(operations, null, 2) + '\n');
