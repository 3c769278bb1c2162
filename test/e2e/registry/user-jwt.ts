import { createHash } from 'node:crypto';
import { nkeys } from '@nats-io/nats-core';

type KeyPair = ReturnType<typeof nkeys.createUser>;

const base64url = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url');

/** A JWT as NATS signs them: ed25519 by an NKey, claims of version 2. */
function sign(issuer: KeyPair, subject: KeyPair, name: string, nats: Record<string, unknown>): string {
  const claims = {
    iat: Math.floor(Date.now() / 1_000),
    iss: issuer.getPublicKey(),
    name,
    sub: subject.getPublicKey(),
    nats: { ...nats, version: 2 },
  };
  const jti = createHash('sha256').update(JSON.stringify(claims)).digest('hex');
  const text = `${base64url('{"typ":"JWT","alg":"ed25519-nkey"}')}.${base64url(JSON.stringify({ jti, ...claims }))}`;
  return `${text}.${base64url(issuer.sign(new TextEncoder().encode(text)))}`;
}

/** No bound at all: JWTs that say nothing forbid. */
const unlimited = {
  subs: -1,
  data: -1,
  payload: -1,
  imports: -1,
  exports: -1,
  wildcards: true,
  conn: -1,
  leaf: -1,
};

/** A broker with an operator and accounts, and the credentials file of one user. */
export function createOperatorSetup(): { readonly config: string; readonly creds: string } {
  const [operator, system, app, user] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createAccount(),
    nkeys.createUser(),
  ];
  const operatorJwt = sign(operator, operator, 'operator', {
    type: 'operator',
    system_account: system.getPublicKey(),
  });
  const systemJwt = sign(operator, system, 'SYS', { type: 'account', limits: unlimited });
  const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const appJwt = sign(operator, app, 'APP', { type: 'account', limits: { ...unlimited, ...storage } });
  const userJwt = sign(app, user, 'rollcall', {
    type: 'user',
    pub: {},
    sub: {},
    subs: -1,
    data: -1,
    payload: -1,
  });
  const seed = new TextDecoder().decode(user.getSeed());
  return {
    config: `operator: ${operatorJwt}
resolver: MEMORY
resolver_preload: {
  ${system.getPublicKey()}: ${systemJwt}
  ${app.getPublicKey()}: ${appJwt}
}
`,
    creds: `-----BEGIN NATS USER JWT-----\n${userJwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
  };
}
