import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSealed, parseSealed } from '#contracts';
import {
  createRingFile,
  findRing,
  KeyRing,
  readRingFile,
  replaceRingFile,
  reseal,
  seal,
  Secret,
  unseal,
} from './index.js';

const place = { namespace: 'default', application: 'payments', key: 'DATABASE_PASSWORD' };
const ring = KeyRing.create('k1');
const refused = (code: string, what: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(what) });

describe('a secret', () => {
  it('is never printed, whoever prints it', () => {
    const secret = new Secret('hunter2');
    const printed = [
      secret.toString(),
      String(secret),
      JSON.stringify({ secret }),
      inspect(secret, { showHidden: true, depth: 9 }),
      inspect({ deep: [secret] }, { showHidden: true }),
      format('%s %o %O %j', secret, secret, secret, secret),
      JSON.stringify(structuredCloneable(secret)),
      Object.values(secret).join(''),
    ].join('\n');
    expect(printed).not.toContain('hunter2');
    expect(printed).toContain('[secret]');
    expect(secret.reveal()).toBe('hunter2');
  });

  it('opens with the ring it was sealed with, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const sealed = seal(ring, place, new Secret(text));
        expect(isSealed(sealed)).toBe(true);
        expect(unseal(ring, place, sealed).reveal()).toBe(text);
      }),
    );
  });

  it('is sealed differently each time, so that equal secrets do not show', () => {
    const [one, two] = [new Secret('same'), new Secret('same')].map((secret) => seal(ring, place, secret));
    expect(one).not.toBe(two);
  });

  it.each([
    ['key', { ...place, key: 'OTHER' }],
    ['application', { ...place, application: 'orders' }],
    ['namespace', { ...place, namespace: 'staging' }],
  ])('that is moved to another %s does not open', (_what, elsewhere) => {
    const sealed = seal(ring, place, new Secret('hunter2'));
    expect(() => unseal(ring, elsewhere, sealed)).toThrow(
      refused('ROLLCALL_SECRET_NOT_OPENED', /sealed for another key of config/),
    );
  });

  it('that was changed anywhere does not open', () => {
    const sealed = seal(ring, place, new Secret('hunter2'));
    const start = 'sealed.v1.k1.'.length;
    fc.assert(
      fc.property(
        fc.integer({ min: start, max: sealed.length - 1 }),
        fc.constantFrom(...'AZaz09_-'),
        (at, other) => {
          fc.pre(sealed[at] !== other && sealed[at] !== '.' && !isSameBytes(sealed, at, other));
          const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
          expect(() => unseal(ring, place, changed)).toThrow(
            refused('ROLLCALL_SECRET_NOT_OPENED', /does not open/),
          );
        },
      ),
    );
  });

  it('opened with a ring that lacks its key says which key is missing', () => {
    const sealed = seal(ring, place, new Secret('hunter2'));
    expect(() => unseal(KeyRing.create('k2'), place, sealed)).toThrow(
      refused(
        'ROLLCALL_SECRET_KEY_MISSING',
        /"default\/payments\/DATABASE_PASSWORD" is sealed with the key "k1"; the ring has "k2"/,
      ),
    );
  });

  it('opened with another key of the same name does not open', () => {
    const sealed = seal(ring, place, new Secret('hunter2'));
    expect(() => unseal(KeyRing.create('k1'), place, sealed)).toThrow(
      refused('ROLLCALL_SECRET_NOT_OPENED', /another key called "k1"/),
    );
  });

  it.each(['hunter2', '', 'sealed.v1.k1.short.x', 'sealed.v2.k1.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA'])(
    'that is none (%j) does not open, and is not shown',
    (text) => {
      expect(() => unseal(ring, place, text)).toThrow(
        refused('ROLLCALL_SECRET_NOT_OPENED', /is not a sealed secret/),
      );
      expect(() => unseal(ring, place, text)).not.toThrow(/hunter2/);
    },
  );

  it('is sealed again with the new key after a rotation, and needs the old one no longer', () => {
    const sealed = seal(ring, place, new Secret('hunter2'));
    const rotated = ring.rotated('k2');
    expect(rotated.ids).toEqual(['k2', 'k1']);
    expect(unseal(rotated, place, sealed).reveal()).toBe('hunter2');
    const again = reseal(rotated, place, sealed) as string;
    expect(parseSealed(again)?.keyId).toBe('k2');
    expect(reseal(rotated, place, again)).toBeUndefined();
    expect(unseal(rotated.without('k1'), place, again).reveal()).toBe('hunter2');
    expect(() => unseal(rotated.without('k1'), place, sealed)).toThrow(
      refused('ROLLCALL_SECRET_KEY_MISSING', /"k1"/),
    );
  });
});

describe('a key ring', () => {
  const key = () => randomBytes(32).toString('base64');

  it('reads back as it was written, remarks and commas included', () => {
    const parsed = KeyRing.parse(`# ours\n\nk2:${key()}, k1:${key()}\n`, 'a test');
    expect(parsed.ids).toEqual(['k2', 'k1']);
    expect(KeyRing.parse(parsed.reveal(), 'a test').reveal()).toBe(parsed.reveal());
  });

  it.each([
    ['', /line 1: there is no key/],
    ['k1', /line 1: expected "<id>:<key in base64>"/],
    [`# x\nk 1:${'A'.repeat(43)}=`, /line 2: an id is 1 to 64/],
    ['k1:c2hvcnQ=', /behind the colon is not 32 bytes in base64/],
    [`k1:${'A'.repeat(43)}=\nk1:${'B'.repeat(43)}=`, /line 2: the id "k1" is given twice/],
  ])('that cannot be used is refused with its line: %j', (text, what) => {
    expect(() => KeyRing.parse(text, 'ROLLCALL_CONFIG_KEYS')).toThrow(
      refused('ROLLCALL_KEY_RING_INVALID', what),
    );
  });

  it('is never printed, not even in the message about a mistake', () => {
    const secretKey = key();
    const parsed = KeyRing.parse(`k1:${secretKey}`, 'a test');
    const printed = `${String(parsed)} ${inspect(parsed, { showHidden: true, depth: 9 })} ${JSON.stringify(parsed)}`;
    expect(printed).not.toContain(secretKey.slice(0, 10));
    expect(() => KeyRing.parse(`k1 ${secretKey}`, 'a test')).not.toThrow(
      new RegExp(secretKey.slice(0, 10).replaceAll('+', '\\+')),
    );
  });

  it('keeps the key that seals, and refuses an id that is taken', () => {
    expect(() => ring.without('k1')).toThrow(/the key "k1" seals; rotate first/);
    expect(() => ring.without('k9')).toThrow(/there is no key "k9", only k1/);
    expect(() => ring.rotated('k1')).toThrow(/the id "k1" is taken/);
    expect(() => KeyRing.create('not an id')).toThrow(/"not an id" is not 1 to 64/);
  });
});

describe('the file of a key ring', () => {
  let folder: string;
  const path = (): string => join(folder, 'ring');
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'rollcall-ring-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('is for its owner alone, and is read back', async () => {
    await createRingFile(path(), ring);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect((await readRingFile(path())).reveal()).toBe(ring.reveal());
    expect(await readdir(folder)).toEqual(['ring']);
  });

  it.each([0o644, 0o640, 0o602])('is refused when others may use it: mode %i', async (mode) => {
    await createRingFile(path(), ring);
    await chmod(path(), mode);
    await expect(readRingFile(path())).rejects.toEqual(
      refused('ROLLCALL_KEY_RING_EXPOSED', new RegExp(`has mode 0${mode.toString(8)}`)),
    );
  });

  it('is never overwritten by a new ring, and replaced at once by a rotated one', async () => {
    await createRingFile(path(), ring);
    await expect(createRingFile(path(), KeyRing.create('k9'))).rejects.toEqual(
      refused('ROLLCALL_KEY_RING_INVALID', /is there already, and its keys may be needed/),
    );
    await replaceRingFile(path(), ring.rotated('k2'));
    expect((await readRingFile(path())).ids).toEqual(['k2', 'k1']);
    expect(await readdir(folder)).toEqual(['ring']);
    expect(await readFile(path(), 'utf8')).toMatch(/^# Rollcall key ring/);
  });

  it('that is not there, or too large, is said so', async () => {
    await expect(readRingFile(path())).rejects.toEqual(refused('ROLLCALL_KEY_RING_ABSENT', /ENOENT/));
    await writeFile(path(), 'x'.repeat(70_000), { mode: 0o600 });
    await expect(readRingFile(path())).rejects.toEqual(refused('ROLLCALL_KEY_RING_INVALID', /70000 bytes/));
  });

  it('or the ring itself can be given by the environment, but not both', async () => {
    await createRingFile(path(), ring);
    expect(await findRing({})).toBeUndefined();
    expect((await findRing({ keysFile: path() }))?.ids).toEqual(['k1']);
    expect((await findRing({ keys: ring.reveal().trim() }))?.ids).toEqual(['k1']);
    await expect(findRing({ keys: ring.reveal(), keysFile: path() })).rejects.toEqual(
      refused('ROLLCALL_KEY_RING_INVALID', /both .* are set/),
    );
  });
});

/** What remains of an object when only its own enumerable properties are taken. */
function structuredCloneable(value: object): object {
  return { ...value };
}

/** The last character of a base64 text may differ without any byte differing. */
function isSameBytes(sealed: string, at: number, other: string): boolean {
  const bytes = (text: string): string =>
    text
      .split('.')
      .slice(3)
      .map((part) => Buffer.from(part, 'base64url').toString('hex'))
      .join('.');
  return bytes(sealed) === bytes(sealed.slice(0, at) + other + sealed.slice(at + 1));
}
