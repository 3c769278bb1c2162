import { gzip, gzipSync } from 'node:zlib';

/** Below this the header of gzip and the time it takes cost more than is saved. */
const WORTHWHILE_BYTES = 1_024;
/** Half the time of the default level for a tenth more bytes. */
const LEVEL = 3;

/** Whether a client takes gzip: it says so, and not with a weight of zero (RFC 9110, 12.5.3). */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined) return false;
  for (const part of acceptEncoding.toLowerCase().split(',')) {
    const [coding, ...parameters] = part.split(';').map((text) => text.trim());
    if (coding === 'gzip' || coding === '*') return !parameters.some((text) => /^q=0(\.0*)?$/.test(text));
  }
  return false;
}

export function isWorthwhile(bytes: number): boolean {
  return bytes >= WORTHWHILE_BYTES;
}

export function compressNow(bytes: Uint8Array): Buffer {
  return gzipSync(bytes, { level: LEVEL });
}

/** Off this thread, for what is answered once. */
export function compress(bytes: Uint8Array | string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    gzip(bytes, { level: LEVEL }, (error, compressed) =>
      error === null ? resolve(compressed) : reject(error),
    );
  });
}
