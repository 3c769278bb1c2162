import { APPLICATION_PATTERN, checkName, CONFIG_KEY_PATTERN, quote } from '#contracts';
import { createRingFile, KeyRing, readRingFile, replaceRingFile, Secret, seal, unseal } from '#secrets';
import { usage } from '../input/usage.js';
import type { LocalCommand } from '../commands/command.js';
import { print, remark } from '../output/print.js';
import { type Named, ringHere, textOf } from './config-session.js';

interface RingOptions {
  readonly id?: string;
}

/** Makes a key ring with one key. */
export const createRing: LocalCommand<RingOptions, [file: string]> = async (
  _context,
  { id = 'k1' },
  file,
) => {
  await createRingFile(file, KeyRing.create(id));
  remark(`key ring with the key ${id}; whoever loses it loses the secrets sealed with it`);
};

/** Puts a new key in front; the old ones still open. */
export const rotateRing: LocalCommand<RingOptions, [file: string]> = async (_context, options, file) => {
  const ring = await readRingFile(file);
  const rotated = ring.rotated(options.id ?? nextId(ring));
  await replaceRingFile(file, rotated);
  remark(`${rotated.activeId} seals from now on; ${rotated.ids.join(', ')} open`);
};

/** `k1` is followed by `k2`; any other id by itself with a number. */
function nextId({ activeId, ids }: KeyRing): string {
  const [, stem = activeId, number = '1'] = /^(.*?)(\d+)$/.exec(activeId) ?? [];
  for (let next = Number(number) + 1; ; next += 1)
    if (!ids.includes(stem + String(next))) return stem + String(next);
}

interface PlaceOptions {
  readonly namespace?: string;
}

/** Seals what stands on standard input, for one key. */
export const sealOne: LocalCommand<PlaceOptions, [string, string]> = async (
  { read },
  options,
  application,
  key,
) => {
  const place = placeOf(options.namespace ?? read.settings.namespace, application, key);
  const text = (await textOf('-')).replace(/\r?\n$/, '');
  print(seal(await ringHere(), place, new Secret(text)));
};

/** Opens the sealed value on standard input. */
export const openOne: LocalCommand<PlaceOptions, [string, string]> = async (
  { read },
  options,
  application,
  key,
) => {
  const place = placeOf(options.namespace ?? read.settings.namespace, application, key);
  print(unseal(await ringHere(), place, (await textOf('-')).trim()).reveal());
};

function placeOf(namespace: string, application: string, key: string): Named {
  if (!APPLICATION_PATTERN.test(application)) throw usage(`${quote(application)} is no application`);
  if (!CONFIG_KEY_PATTERN.test(key)) throw usage(`${quote(key)} is no config key`);
  return { namespace: checkName('namespace', namespace), application, key };
}
