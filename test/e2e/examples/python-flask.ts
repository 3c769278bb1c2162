import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { defaultCacheDir, unpackDebianPackages } from '#broker';

/** A Python that can import Flask. */
export interface PythonWithFlask {
  readonly command: string;
  /** What its environment must hold besides. */
  readonly env: Readonly<Record<string, string>>;
}

/** Packages of Debian are for Debian's own Python. */
const DEBIAN_PYTHON = '/usr/bin/python3';
/** python3-flask, and what it imports. */
const PACKAGES = [
  'flask',
  'werkzeug',
  'jinja2',
  'markupsafe',
  'itsdangerous',
  'click',
  'blinker',
  'colorama',
].map((name) => `python3-${name}`);
const UNPACKED = join('usr', 'lib', 'python3', 'dist-packages');

/**
 * Debian's Python with Debian's python3-flask: the system's own, or unpacked into the project's cache without touching
 * the system; else any `python3` on PATH that has Flask.
 * @returns why there is none, when there is none
 */
export async function findFlask(): Promise<PythonWithFlask | string> {
  const cached = join(dirname(defaultCacheDir()), 'python3-flask');
  const own = { command: DEBIAN_PYTHON, env: {} };
  const unpacked = { command: DEBIAN_PYTHON, env: { PYTHONPATH: join(cached, UNPACKED) } };
  for (const python of [own, unpacked]) if (await hasFlask(python)) return python;
  let reason = 'the packages were unpacked, and Flask cannot be imported';
  try {
    await unpackDebianPackages(PACKAGES, cached, process.env);
    if (await hasFlask(unpacked)) return unpacked;
  } catch (error) {
    reason = (error as Error).message;
  }
  const path = process.env['PATH'] ?? '';
  const any = { command: 'python3', env: { PATH: path, HOME: process.env['HOME'] ?? '' } };
  return (await hasFlask(any)) ? any : `no python3 with Flask here, and none from Debian (${reason})`;
}

function hasFlask({ command, env }: PythonWithFlask): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(command, ['-c', 'import flask, werkzeug.serving'], { env }, (error) => resolve(error === null));
  });
}
