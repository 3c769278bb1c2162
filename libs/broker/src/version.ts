import semver from 'semver';

/** The oldest nats-server with everything Rollcall stores by: JetStream API level 2. */
export const MINIMUM_SERVER_VERSION = '2.12.0';

/** `nats-server: v2.15.1` -> `2.15.1`; null when there is no version in the text. */
export function parseServerVersion(text: string): string | null {
  return semver.coerce(text)?.version ?? null;
}

export function isNewEnough(version: string): boolean {
  const parsed = semver.coerce(version);
  return parsed !== null && semver.gte(parsed, MINIMUM_SERVER_VERSION);
}
