import { readFileSync } from 'node:fs';
import { errorText } from '#contracts';
import type { SettingName } from './schema.js';

/** What is set, as text: blank values are left out. */
export type GivenSettings = Readonly<Partial<Record<SettingName, string>>>;

/** User NKey seeds, in base32. */
const SEED_PATTERN = /\bSU[A-Z2-7]{56}\b/;

const files = ['NATS_CREDS', 'NATS_TLS_CA', 'NATS_TLS_CERT', 'NATS_TLS_KEY'] as const;
const pairs: readonly (readonly [SettingName, SettingName])[] = [
  ['NATS_TLS_CERT', 'NATS_TLS_KEY'],
  ['NATS_TLS_KEY', 'NATS_TLS_CERT'],
  ['NATS_PASSWORD', 'NATS_USER'],
  ['ROLLCALL_SYS_USER', 'ROLLCALL_SYS_PASSWORD'],
  ['ROLLCALL_SYS_PASSWORD', 'ROLLCALL_SYS_USER'],
];
const logins: readonly SettingName[] = ['NATS_USER', 'NATS_TOKEN', 'NATS_CREDS', 'NATS_NKEY'];

/** Rules between settings, and the files they name: sentences, one a problem. */
export function crossProblems(given: GivenSettings): string[] {
  const problems: string[] = [];
  for (const [name, partner] of pairs) {
    if (given[name] !== undefined && given[partner] === undefined)
      problems.push(`${name} is set and ${partner} is not`);
  }
  const chosen = logins.filter((name) => given[name] !== undefined);
  if (chosen.length > 1) problems.push(`${chosen.join(' and ')} are set; only one way to log in can be used`);
  for (const name of files) {
    const path = given[name];
    if (path === undefined) continue;
    const trouble = readTrouble(path);
    if (trouble !== undefined) problems.push(`${name} is "${path}", which cannot be read (${trouble})`);
  }
  if (given.NATS_NKEY !== undefined && seedOf(given.NATS_NKEY) === undefined) {
    problems.push('NATS_NKEY is neither a seed that begins with SU nor the path of a readable file with one');
  }
  return problems;
}

function readTrouble(path: string): string | undefined {
  try {
    readFileSync(path);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? errorText(error);
  }
}

/** The seed in a setting that is one or names a file with one. */
export function seedOf(setting: string): string | undefined {
  const inline = SEED_PATTERN.exec(setting);
  if (inline !== null) return inline[0];
  try {
    return SEED_PATTERN.exec(readFileSync(setting, 'utf8'))?.[0];
  } catch {
    return undefined;
  }
}
