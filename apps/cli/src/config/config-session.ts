import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type ContentType, contentTypes, quote, RollcallError, SHARED_APPLICATION } from '#contracts';
import {
  type Actor,
  checkedPlace,
  configPlaces,
  ConfigReader,
  ConfigService,
  type Expectation,
} from '#application';
import { contentTypeOf } from '#formats';
import { findRing, type KeyRing, Secret, seal, unseal } from '#secrets';
import type { CommandContext } from '../commands/command.js';
import { checkReason } from '../commands/register.js';
import { actorOf, identity } from '../commands/registrar.js';
import { usage } from '../input/usage.js';
import { takePast, takeSnapshot } from '../snapshot.js';

const kinds = [
  'config',
  'config-override',
  'config-schema',
  'config-gray',
  'config-schedule',
  'config-rollout',
];

/** What can be read of config now, or as it was. @param at as `findMoment` reads it */
export async function configReaderOf(
  context: CommandContext,
  application: string | undefined,
  at: string | undefined,
): Promise<ConfigReader> {
  if (at === undefined) return (await configOf(context, application)).reader;
  const { session, namespace } = context;
  const places = configPlaces(namespace, application).map(checkedPlace);
  const { table, sequence } = await takePast(session, at, ...places);
  const view = { table, position: sequence, staleMs: 0, reached: () => Promise.resolve() };
  return new ConfigReader(() => view);
}

/** Config as the registry does it, over a snapshot of the view and the journal itself. */
export async function configOf(
  { session, namespace }: CommandContext,
  application = '*',
): Promise<ConfigService> {
  const names = application === '*' ? ['*'] : [application, SHARED_APPLICATION];
  const patterns = [...new Set(names)].flatMap((name) =>
    kinds.map((kind) => `${namespace}.${kind}.${name}.*`),
  );
  const { table, sequence } = await takeSnapshot(session, patterns);
  const view = { table, position: sequence, staleMs: 0, reached: () => Promise.resolve() };
  return new ConfigService({ journal: session.journal, view: () => view, identity });
}

export interface WriteOptions {
  readonly reason?: string;
  readonly actor?: string;
  readonly expect?: string;
}

export function writerOf(options: WriteOptions): Actor {
  checkReason(options.reason);
  return actorOf(options);
}

/** `--expect 0`: the key must not be there. @throws ROLLCALL_USAGE */
export function expectationIn({ expect }: WriteOptions): { readonly expected?: Expectation } {
  if (expect === undefined) return {};
  if (!/^\d{1,15}$/.test(expect))
    throw usage(`--expect ${quote(expect)} is no revision`, 'Give a whole number, 0 for "not there".');
  return { expected: { revision: Number(expect) } };
}

/** The key ring of this process. @throws ROLLCALL_KEY_RING_ABSENT and the like */
export async function ringHere(): Promise<KeyRing> {
  const { ROLLCALL_CONFIG_KEYS: keys, ROLLCALL_CONFIG_KEYS_FILE: keysFile } = process.env;
  const ring = await findRing({ keys, keysFile });
  if (ring !== undefined) return ring;
  throw new RollcallError(
    'ROLLCALL_KEY_RING_ABSENT',
    'neither ROLLCALL_CONFIG_KEYS nor ROLLCALL_CONFIG_KEYS_FILE is set',
  );
}

export interface Named {
  readonly namespace: string;
  readonly application: string;
  readonly key: string;
}

/** A value as it is typed: of the type that is named, else of what it looks like. A secret is sealed here. */
export async function contentFrom(given: string, type: string | undefined, place: Named) {
  if (type !== undefined && !contentTypes.includes(type as ContentType)) {
    throw usage(`type ${quote(type)} is not one of ${contentTypes.join(', ')}`);
  }
  const contentType = (type as ContentType | undefined) ?? guessed(given);
  if (contentType !== 'secret') return { contentType, value: given };
  return { contentType, value: seal(await ringHere(), place, new Secret(given)) };
}

function guessed(text: string): ContentType {
  if (/^(true|false|-?\d+(\.\d+)?)$/.test(text))
    return contentTypeOf(JSON.parse(text.replace(/^(-?)0+(?=\d)/, '$1')));
  return 'text';
}

/** What is shown of a value: of a secret nothing, unless it is revealed with the ring. */
export async function shownValue(
  { contentType, value }: { readonly contentType?: string; readonly value?: string },
  place: Named,
  reveal = false,
): Promise<string> {
  if (contentType !== 'secret') return value ?? '';
  return reveal ? unseal(await ringHere(), place, value ?? '').reveal() : '[secret]';
}

/** The text of a file, or of standard input when it is `-`. @throws ROLLCALL_USAGE */
export async function textOf(path: string): Promise<string> {
  try {
    return await (path === '-' ? text(process.stdin) : readFile(path, 'utf8'));
  } catch (error) {
    throw usage(`${quote(path)} cannot be read: ${(error as Error).message}`);
  }
}
