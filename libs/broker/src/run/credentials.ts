import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { errorText, RollcallError } from '#contracts';

export interface BrokerLogin {
  readonly user: string;
  readonly password: string;
}

/** What is generated once for a data directory and kept in it. */
export interface BrokerCredentials {
  /** Recognises our own server in its INFO line. */
  readonly serverName: string;
  /** The account with JetStream, in which the registry, its services and their streams live. */
  readonly app: BrokerLogin;
  /** The system account: connection advisories and server statistics. */
  readonly sys: BrokerLogin;
}

export function newCredentials(): BrokerCredentials {
  return {
    serverName: `rollcall-${randomBytes(6).toString('hex')}`,
    app: { user: 'rollcall', password: newPassword() },
    sys: { user: 'sys', password: newPassword() },
  };
}

/** 192 random bits; the letters first, so that no parser of a config file takes it for a number. */
function newPassword(): string {
  return `pw${randomBytes(24).toString('base64url')}`;
}

/** Reads the credentials of a data directory, or makes and keeps new ones. The file is for its owner alone. */
export async function loadOrCreateCredentials(file: string): Promise<BrokerCredentials> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) {
    const fresh = newCredentials();
    await writeFile(file, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600 });
    return fresh;
  }
  await chmod(file, 0o600);
  try {
    return checked(JSON.parse(text));
  } catch (error) {
    throw new RollcallError(
      'ROLLCALL_SETTINGS_INVALID',
      `the credentials in "${file}" cannot be read (${errorText(error)})`,
      {
        action: 'Delete that file: new credentials are made at the next start, the data stays.',
        cause: error,
      },
    );
  }
}

function checked(value: unknown): BrokerCredentials {
  const found = value as Partial<BrokerCredentials>;
  const texts = [
    found.serverName,
    found.app?.user,
    found.app?.password,
    found.sys?.user,
    found.sys?.password,
  ];
  if (texts.some((text) => typeof text !== 'string' || text === '')) throw new Error('a field is missing');
  return found as BrokerCredentials;
}
