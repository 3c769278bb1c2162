#!/usr/bin/env node
/** `npm run rollcall -- ...`: the command line of this clone, built first when its sources have changed. */
import { pathToFileURL } from 'node:url';
import { inRoot } from './setup/root.mjs';
import { setUpOrExit } from './setup.mjs';

await setUpOrExit({ needs: ['build'] });
// The command reads its arguments where it would find them if it had been called itself.
const main = inRoot('dist', 'apps', 'cli', 'src', 'main.js');
process.argv[1] = main;
await import(pathToFileURL(main).href);
