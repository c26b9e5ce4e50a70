/**
 * @file Bundles and minifies what browsers load: `node widget/bundle.mjs [FOLDER]`.
 *
 * Rollup bundles the modules: what a lazy module shares with the first one stays in the first, so that no third file has
 * to be fetched for both. Terser makes them 3 % smaller than esbuild does; esbuild bundles the style sheets.
 *
 * FOLDER is `build/widget` unless given. `documents.json` lists the GraphQL operations that the bundle sends, `former.json`
 * those that any version's has sent, `texts.json` the keys of the texts that each entry needs.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { parse, print, separateOperations, stripIgnoredCharacters } from 'graphql';
import { rollup } from 'rollup';
import { minify } from 'terser';

const widget = import.meta.dirname;
const pages = join(widget, '../web/static');
const out = process.argv[2] ?? join(widget, '../build/widget');
const options = { bundle: true, minify: true, legalComments: 'none', logLevel: 'warning', outdir: out };

/** @param {string} path */
const read = (path) => readFileSync(path, 'utf8');

const { definitions } = parse(readdirSync(join(widget, 'queries')).filter((file) => file.endsWith('.graphql')).map((file) => read(join(widget, 'queries', file))).join('\n'));
const byKind = Object.groupBy(definitions, ({ kind }) => kind);
const library = { kind: 'Document', definitions: [...byKind.OperationDefinition, ...byKind.FragmentDefinition] };
/** By name, each operation of `queries/` with the fragments that it needs and no others. */
const operations = Object.fromEntries(
  Object.entries(separateOperations(library)).map(([name, document]) => [name, stripIgnoredCharacters(print(document))]),
);

/** Names that functions take out of objects everywhere: `{ t, state }` compresses better than `{ t: e, state: n }`. */
const SHARED = ['t', 'state', 'clock', 'catalogue', 'startsAt', 'frame', 'holds', 'emit', 'server', 'clinic', 'signal'];
/** The digits of a trusted document that the server knows it by. @param {string} name */
const idOf = (name) => createHash('sha256').update(operations[name]).digest('hex').slice(0, 12);
/** Imported where a server of another version does not know the ids. */
const TEXTS = join(widget, 'queries/documents.graphql');

/** @param {string} path */
const sheetText = async (path) => {
  const { outputFiles } = await build({ ...options, entryPoints: [path], write: false });
  const text = outputFiles[0].text.trim();
  return path === OLDER ? text + withoutContainers(await sheetText(DIALOG)) : text;
};
/** All rules, and those for older browsers. */
const [DIALOG, OLDER] = ['dialog', 'older'].map((name) => join(widget, `styles/fallback/${name}.css`));

/** The rules of containers, where a browser knows none: by the width of the screen. @param {string} css */
const withoutContainers = (css) => `@supports not (container-type:inline-size){${css
  .match(/@container[^{]*\{(?:[^{}]*\{[^{}]*\})*\}/g).join('').replaceAll('@container', '@media')}}`;

/** The keys of a section, with one for the forms of a plural. @param {Record<string, string>} section */
const stemsOf = (section) => new Set(Object.keys(section).map((key) => {
  const stem = key.replace(/\.(one|other)$/, '');
  return `${stem}.one` in section ? stem : key;
}));
const english = JSON.parse(read(join(widget, '../locales/en.json')));
const stems = stemsOf(english.widget);
/** By the name of an entry or the waiting list, the keys of its texts. @type {Record<string, string[]>} */
const texts = { 'waiting-list': [...stemsOf(english.waitingList)] };

/** Keys are literals wherever the widget names one. @param {string} entry @returns {import('rollup').Plugin} */
const listTexts = (entry) => ({
  name: 'list-texts',
  renderChunk: (code) => {
    const named = [...code.matchAll(/'([\w.]+)'/g)].map(([, key]) => key).filter((key) => stems.has(key));
    if (named.length) texts[entry] = [...new Set([...(texts[entry] ?? []), ...named])];
    return code.replace('__ENTRY__', entry);
  },
});

/** Modules import a style sheet as its text, and an operation's id by its name. @type {import('rollup').Plugin} */
const contents = {
  name: 'contents',
  resolveId: (source) => (source.endsWith('/documents.graphql') ? TEXTS : null),
  load: async (path) => {
    if (path.endsWith('.css')) {
      return `export default ${JSON.stringify(await sheetText(path))};`;
    }
    if (path === TEXTS) {
      const byId = Object.entries(operations).map(([name, text]) => [idOf(name), text]);
      return `export default ${JSON.stringify(Object.fromEntries(byId))};`;
    }
    if (!path.endsWith('.graphql')) return null;
    return parse(read(path))
      .definitions.filter(({ kind }) => kind === 'OperationDefinition')
      .map(({ name }) => `export const ${name.value} = '${idOf(name.value)}';`)
      .join('\n');
  },
  renderChunk: (code) => minify(code, { module: true, ecma: 2020, compress: { passes: 2 }, mangle: { reserved: SHARED } }),
};

/** @param {string[]} files @param {string} folder @param {RegExp[]} [external] */
const bundle = async (files, folder, external = []) => {
  const bundled = await rollup({
    input: files.map((file) => join(widget, file)),
    plugins: [listTexts(basename(files[0], '.js')), contents],
    external,
    // Or else an entry would be a file of its own beside what lazy modules share with it.
    preserveEntrySignatures: 'allow-extension',
  });
  await bundled.write({ dir: join(out, folder), entryFileNames: '[name].js', chunkFileNames: '[name].js' });
  await bundled.close();
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// Pages name these two. They import the rest from the folder of its version, whose name the server fills in.
await bundle(['book-online.js', 'manage.js'], '.', [/\.\/flow\//]);
// Bundled apart: a module that both share would become a third file, which a browser would request only after the first.
for (const file of ['start', 'manage-page', 'next-time', 'links'].map((name) => `flow/${name}.js`)) await bundle([file], 'flow');
// The widget's own sheets are files too, for browsers that can't construct one.
const sheets = [...['pages', 'noscript', 'demo', 'embed'].map((name) => join(pages, name)), ...['button/control', 'button/next-time', 'fallback/dialog'].map((name) => join(widget, 'styles', name))];
await build({ ...options, entryPoints: sheets.map((sheet) => `${sheet}.css`), entryNames: '[name]', outdir: join(out, 'static') });
writeFileSync(join(out, 'static/older.css'), await sheetText(OLDER));
appendFileSync(join(out, 'static/noscript.css'), withoutContainers(await sheetText(join(pages, 'noscript.css'))));
// The hosted page in a frame, on either side of its edge, and the page that makes the lines for a web page.
for (const [name, folder] of [['frame', '.'], ['framed', 'static'], ['embed', 'static']]) {
  await build({ ...options, format: 'esm', entryPoints: [join(pages, `${name}.js`)], outdir: join(out, folder) });
}
copyFileSync(join(pages, 'mark.svg'), join(out, 'static/mark.svg'));
const archive = join(widget, 'queries/sent');
const former = readdirSync(archive).flatMap((file) => Object.values(JSON.parse(read(join(archive, file)))));
writeFileSync(join(out, 'former.json'), JSON.stringify([...new Set(former)], null, 2) + '\n');
writeFileSync(join(out, 'documents.json'), JSON.stringify(operations, null, 2) + '\n');
writeFileSync(join(out, 'texts.json'), JSON.stringify(texts, null, 2) + '\n');
