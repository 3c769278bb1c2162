import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** A place in the chain somebody vouches for. */
export interface Checkpoint {
  /** Name of the journal's stream. */
  readonly stream: string;
  readonly sequence: number;
  readonly hash: string;
  /** Clock of the signer, RFC 3339. */
  readonly at: string;
}

export interface SignedCheckpoint extends Checkpoint {
  /** Ed25519 public key (SPKI, DER) in base64. */
  readonly publicKey: string;
  /** Ed25519 signature (RFC 8032) over `checkpointText` in base64. */
  readonly signature: string;
}

/** What is signed, to the byte. */
function checkpointText({ stream, sequence, hash, at }: Checkpoint): string {
  return `rollcall-checkpoint/1\n${stream}\n${sequence}\n${hash}\n${at}\n`;
}

export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** Signs checkpoints with one key. */
export class CheckpointSigner {
  readonly publicKey: string;
  readonly #key: KeyObject;

  /** @param pem Ed25519 private key (PKCS #8, PEM); throws what node:crypto throws for another */
  constructor(pem: string) {
    this.#key = createPrivateKey(pem);
    if (this.#key.asymmetricKeyType !== 'ed25519') {
      throw new TypeError(`the key is of type ${this.#key.asymmetricKeyType}, and ed25519 is needed`);
    }
    this.publicKey = createPublicKey(this.#key).export({ type: 'spki', format: 'der' }).toString('base64');
  }

  sign(checkpoint: Checkpoint): SignedCheckpoint {
    const signature = sign(null, Buffer.from(checkpointText(checkpoint)), this.#key).toString('base64');
    return { ...checkpoint, publicKey: this.publicKey, signature };
  }
}

/** Whether the signature is that of the key it names. Whose key that is, is up to the reader. */
export function isSignatureRight(checkpoint: SignedCheckpoint): boolean {
  try {
    const key = createPublicKey({
      key: Buffer.from(checkpoint.publicKey, 'base64'),
      type: 'spki',
      format: 'der',
    });
    const signature = Buffer.from(checkpoint.signature, 'base64');
    return verify(null, Buffer.from(checkpointText(checkpoint)), key, signature);
  } catch {
    return false;
  }
}

/** A public key in short, for people to compare. */
export function fingerprintOf(publicKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}
