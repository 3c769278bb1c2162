import { isDeepStrictEqual } from 'node:util';
import { jetstreamManager, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { quote, RollcallError } from '#contracts';
import { brokerError, isTransient, jetStreamCodes } from '#nats';
import { type TopologyOptions, type WantedStream, wantedStreams } from './stream-configs.js';

/** JetStream API level of nats-server 2.12: message TTLs, atomic batches, asynchronous persistence. */
export const API_LEVEL_MIN = 2;

/**
 * Makes sure every stream exists as wanted, and proves it: old servers accept settings they do not know and
 * drop them silently, so the API level is checked and every stream is read back.
 * @throws ROLLCALL_BROKER_TOO_OLD, ROLLCALL_BROKER_NO_JETSTREAM, ROLLCALL_STREAM_CONFLICT
 */
export async function ensureTopology(
  connection: NatsConnection,
  options: TopologyOptions & { readonly domain?: string },
): Promise<JetStreamManager> {
  const manager = await openManager(connection, options.domain);
  for (const wanted of wantedStreams(options)) await ensureStream(manager, wanted);
  return manager;
}

async function openManager(connection: NatsConnection, domain?: string): Promise<JetStreamManager> {
  try {
    const manager = await jetstreamManager(connection, domain === undefined ? {} : { domain });
    const level = (await manager.getAccountInfo()).api.level ?? 0;
    if (level < API_LEVEL_MIN) {
      const version = connection.info?.version ?? 'unknown';
      throw new RollcallError(
        'ROLLCALL_BROKER_TOO_OLD',
        `the nats-server ${quote(version)} has JetStream API level ${level}; at least ${API_LEVEL_MIN} is needed`,
      );
    }
    return manager;
  } catch (error) {
    if (isNotEnabled(error)) {
      throw new RollcallError('ROLLCALL_BROKER_NO_JETSTREAM', 'the broker answers no JetStream request', {
        cause: error,
      });
    }
    throw brokerError(error, 'asking the broker for JetStream');
  }
}

/** Without JetStream nobody answers the API subjects: nats.js says so by name, or times out. */
function isNotEnabled(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return name === 'JetStreamNotEnabled' || /jetstream is not enabled|no responders/i.test(String(error));
}

async function ensureStream(manager: JetStreamManager, wanted: WantedStream): Promise<void> {
  const found = await currentConfig(manager, wanted.name);
  if (found !== undefined && differencesOf(wanted, found).length === 0) return;
  let stored: StreamConfig;
  try {
    const info =
      found === undefined
        ? await manager.streams.add(wanted)
        : await manager.streams.update(wanted.name, { ...found, ...wanted });
    stored = info.config;
  } catch (error) {
    const doing = found === undefined ? 'created' : 'changed';
    const trouble = brokerError(error, `stream "${wanted.name}" cannot be ${doing} now`);
    if (isTransient(error)) {
      if (trouble.retryable) throw trouble;
      throw new RollcallError('ROLLCALL_UNAVAILABLE', trouble.what, { cause: error });
    }
    const text = `stream "${wanted.name}" cannot be ${doing}: ${brokerError(error, 'the broker').what}`;
    throw new RollcallError('ROLLCALL_STREAM_CONFLICT', text, { cause: error });
  }
  const dropped = differencesOf(wanted, stored);
  if (dropped.length > 0) {
    throw new RollcallError(
      'ROLLCALL_STREAM_CONFLICT',
      `the broker did not keep these settings of stream "${wanted.name}": ${dropped.join(', ')}`,
    );
  }
}

async function currentConfig(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    const failure = (error as { apiError?: () => { err_code: number } }).apiError?.();
    if (failure?.err_code === jetStreamCodes.streamNotFound) return undefined;
    throw brokerError(error, `looking at stream "${name}"`);
  }
}

/** Settings we name that the server holds otherwise, in words. What it leaves out counts as false. */
export function differencesOf(wanted: WantedStream, found: Partial<StreamConfig>): string[] {
  return Object.entries(wanted)
    .filter(([key, value]) => !isSame(value, found[key as keyof StreamConfig]))
    .map(
      ([key, value]) =>
        `${key} is ${JSON.stringify(found[key as keyof StreamConfig])} instead of ${JSON.stringify(value)}`,
    );
}

function isSame(wanted: unknown, found: unknown): boolean {
  if (wanted === false) return found === undefined || found === false;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(found) &&
      wanted.length === found.length &&
      wanted.every((item, index) => isSame(item, found[index]))
    );
  }
  if (typeof wanted === 'object' && wanted !== null) {
    return Object.entries(wanted).every(([key, value]) =>
      isSame(value, (found as Record<string, unknown> | undefined)?.[key]),
    );
  }
  return isDeepStrictEqual(wanted, found);
}
