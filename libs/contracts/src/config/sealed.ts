/**
 * A secret as it travels and is stored: `sealed.v1.<key id>.<nonce>.<ciphertext>`.
 *
 * `v1` is AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits; the tag of 128 bits stands behind the
 * ciphertext. Nonce and ciphertext are base64url without padding. Additional authenticated data bind it to the
 * namespace, application and key it was sealed for (`sealedFor`): nobody can move it to another one.
 */
export interface SealedParts {
  readonly keyId: string;
  readonly nonce: string;
  /** Ciphertext, then tag. */
  readonly ciphertext: string;
}

/** The key of a key ring, as an envelope names it. */
export const KEY_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** A tag alone has 22 characters: an empty secret may be sealed, too. */
const SEALED_PATTERN = /^sealed\.v1\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

/** Whether a text is sealed, as far as it can be seen without a key. */
export function isSealed(text: string): boolean {
  return SEALED_PATTERN.test(text);
}

export function parseSealed(text: string): SealedParts | undefined {
  const [, keyId, nonce, ciphertext] = SEALED_PATTERN.exec(text) ?? [];
  if (keyId === undefined || nonce === undefined || ciphertext === undefined) return undefined;
  return { keyId, nonce, ciphertext };
}

export function printSealed({ keyId, nonce, ciphertext }: SealedParts): string {
  return `sealed.v1.${keyId}.${nonce}.${ciphertext}`;
}

/** Where a secret belongs. */
export interface SecretPlace {
  readonly namespace: string;
  readonly application: string;
  readonly key: string;
}

/** What is authenticated together with the secret. Names hold no quotes or commas, so the text is unambiguous. */
export function sealedFor({ namespace, application, key }: SecretPlace, keyId: string): string {
  return JSON.stringify(['rollcall.secret.v1', keyId, namespace, application, key]);
}
