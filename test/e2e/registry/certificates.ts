import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificates {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
}

/** An authority of our own, and what it signed for a server on this machine and for one client. */
export async function makeCertificates(directory: string): Promise<Certificates> {
  const at = (name: string): string => join(directory, name);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', [
    'req',
    '-x509',
    ...curve,
    '-days',
    '2',
    '-subj',
    '/CN=Test CA',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  ]);
  const signed = async (name: string, extension: string) => {
    const [cert, key] = [at(`${name}.pem`), at(`${name}.key`)];
    await writeFile(at(`${name}.ext`), extension);
    await run('openssl', [
      'req',
      ...curve,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      key,
      '-out',
      at(`${name}.csr`),
    ]);
    const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
    await run('openssl', [
      'x509',
      '-req',
      '-in',
      at(`${name}.csr`),
      ...by,
      '-extfile',
      at(`${name}.ext`),
      '-out',
      cert,
    ]);
    return { cert, key };
  };
  return {
    ca: at('ca.pem'),
    server: await signed('server', 'subjectAltName=IP:127.0.0.1,DNS:localhost'),
    client: await signed('client', 'extendedKeyUsage=clientAuth'),
  };
}
