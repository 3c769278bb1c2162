import { spawn } from 'node:child_process';
import { root } from './root.mjs';

/** A failure that is told by its message alone; a stack would only hide it. */
export class SetupError extends Error {}

const KEPT_OUTPUT_CHARS = 20_000;

/** Runs a program in the repository; what it printed is shown only when it fails. */
export function run(command, args, what) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: process.env });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-KEPT_OUTPUT_CHARS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => reject(new SetupError(`${what} failed: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new SetupError(`${what} failed (${signal ?? `exit code ${code}`}):\n\n${output.trim()}\n`));
    });
  });
}
