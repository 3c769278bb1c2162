/** `npm start`: sets up what is missing, then runs the launcher in this process. */
import { pathToFileURL } from 'node:url';
import { inRoot } from './setup/root.mjs';
import { setUpOrExit } from './setup.mjs';

await setUpOrExit({ needs: ['build'] });
process.chdir(inRoot());
await import(pathToFileURL(inRoot('dist', 'apps', 'launcher', 'src', 'main.js')).href);
