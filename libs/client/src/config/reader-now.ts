import type { ConfigReader, InstanceRecord } from '#contracts';

/** What an instance is to overrides and gray releases: what it registered, and what the app says over that. */
export function readerNow(
  instance: string,
  record: InstanceRecord | undefined,
  said: Partial<ConfigReader> | undefined,
): ConfigReader {
  if (record === undefined) return { instance, ...said };
  const { instance: registered, version, zone, tags, metadata } = record;
  const facts = { version, zone, tags, metadata };
  const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  return { instance: registered, ...known, ...said };
}
