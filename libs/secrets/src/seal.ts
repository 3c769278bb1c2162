import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { parseSealed, printSealed, quote, RollcallError, sealedFor, type SecretPlace } from '#contracts';
import type { KeyRing } from './key-ring.js';
import { Secret } from './secret.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals a secret for one key of one application, with the active key of the ring. The form is in `SealedParts`. */
export function seal(ring: KeyRing, place: SecretPlace, secret: Secret): string {
  const keyId = ring.activeId;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(ring, keyId, place), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(sealedFor(place, keyId)));
  const sealed = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return printSealed({ keyId, nonce: nonce.toString('base64url'), ciphertext: sealed.toString('base64url') });
}

/**
 * Opens what was sealed for this place.
 * @throws ROLLCALL_SECRET_KEY_MISSING naming the key id, ROLLCALL_SECRET_NOT_OPENED
 */
export function unseal(ring: KeyRing, place: SecretPlace, sealed: string): Secret {
  const parts = parseSealed(sealed);
  if (parts === undefined) throw notOpened(place, 'the value is not a sealed secret');
  const key = keyOf(ring, parts.keyId, place);
  const bytes = Buffer.from(parts.ciphertext, 'base64url');
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(parts.nonce, 'base64url'), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(sealedFor(place, parts.keyId)));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const open = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
    return new Secret(open.toString('utf8'));
  } catch {
    const text = `it was sealed for another key of config, with another key called ${quote(parts.keyId)}, or it is damaged`;
    throw notOpened(place, text);
  }
}

/** Seals again with the active key; undefined when it is sealed with that one already. @throws as `unseal` */
export function reseal(ring: KeyRing, place: SecretPlace, sealed: string): string | undefined {
  const secret = unseal(ring, place, sealed);
  return parseSealed(sealed)?.keyId === ring.activeId ? undefined : seal(ring, place, secret);
}

function keyOf(ring: KeyRing, id: string, place: SecretPlace) {
  const key = ring.find(id);
  if (key !== undefined) return key;
  const text = `the secret ${said(place)} is sealed with the key ${quote(id)}; the ring has ${ring.ids.map(quote).join(', ')}`;
  throw new RollcallError('ROLLCALL_SECRET_KEY_MISSING', text, { details: { keyId: id, ...place } });
}

function notOpened(place: SecretPlace, what: string): RollcallError {
  return new RollcallError('ROLLCALL_SECRET_NOT_OPENED', `the secret ${said(place)} does not open: ${what}`, {
    details: { ...place },
  });
}

function said({ namespace, application, key }: SecretPlace): string {
  return quote(`${namespace}/${application}/${key}`);
}
