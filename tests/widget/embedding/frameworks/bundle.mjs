/**
 * @file Bundles the pages of this folder for browsers, and `server.jsx` for Node, as a site of each framework would:
 * `node bundle.mjs FOLDER`. The package is found from FOLDER, where it was unpacked.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { compile } from 'svelte/compiler';

const folder = process.argv[2];

/** @param {'client' | 'server'} generate @returns {import('esbuild').Plugin} */
const svelte = (generate) => ({
  name: 'svelte',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { js, warnings } = compile(await readFile(path, 'utf8'), { generate, filename: path });
      if (warnings.length) throw new Error(warnings.map(({ message }) => message).join('\n'));
      return { contents: js.code, loader: 'js' };
    }),
});

const options = { absWorkingDir: folder, bundle: true, format: 'esm', jsx: 'automatic', logLevel: 'warning', outdir: join(folder, 'bundled') };
// Frameworks warn in development alone.
const development = { 'process.env.NODE_ENV': '"development"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' };
await build({
  ...options,
  entryPoints: ['react.jsx', 'vue.js', 'svelte.js'],
  conditions: ['svelte', 'browser', 'development'],
  define: development,
  // With the compiler of templates.
  alias: { vue: 'vue/dist/vue.esm-bundler.js' },
  plugins: [svelte('client')],
});
await build({
  ...options,
  entryPoints: ['server.jsx'],
  platform: 'node',
  outExtension: { '.js': '.mjs' },
  external: ['react', 'react-dom', 'vue', 'svelte'],
  conditions: ['svelte'],
  plugins: [svelte('server')],
});
