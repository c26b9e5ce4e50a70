/**
 * @file Bundles and minifies what browsers load of the desk: `node desk/bundle.mjs [FOLDER]`.
 *
 * FOLDER is `build/desk` unless given.
 */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const desk = import.meta.dirname;
const out = process.argv[2] ?? join(desk, '../build/desk');
const modules = { desk: 'desk.js', link: 'access/link.js', passkey: 'access/passkey.js' };
const options = { bundle: true, minify: true, legalComments: 'none', logLevel: 'warning', outdir: out };

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({ ...options, entryPoints: Object.fromEntries(Object.entries(modules).map(([name, file]) => [name, join(desk, 'modules', file)])), format: 'esm', target: 'es2022' });
await build({ ...options, entryPoints: [join(desk, 'styles/desk.css')] });
copyFileSync(join(desk, 'styles/icons.svg'), join(out, 'icons.svg'));
