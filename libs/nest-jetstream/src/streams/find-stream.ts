import type { JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import { errorText, quote, RollcallError } from '#contracts';
import { brokerError } from '#nats';
import type { StreamToEnsure } from '../options.js';

/** Name of the stream that stores a subject. @throws ROLLCALL_STREAM_MISSING */
export async function findStream(manager: JetStreamManager, subject: string): Promise<string> {
  try {
    return await manager.streams.find(subject);
  } catch (error) {
    if (!/no stream matches/i.test(errorText(error)))
      throw brokerError(error, `looking for the stream of "${subject}"`);
    throw new RollcallError('ROLLCALL_STREAM_MISSING', `no stream stores ${quote(subject)}`, {
      cause: error,
    });
  }
}

/** Creates a stream unless there is one of that name, whatever its settings are: they belong to its owner. */
export async function ensureStream(manager: JetStreamManager, wanted: StreamToEnsure): Promise<void> {
  if ((await readStream(manager, wanted.name)) !== undefined) return;
  try {
    await manager.streams.add(wanted);
  } catch (error) {
    // Another replica may have been quicker.
    if ((await readStream(manager, wanted.name)) === undefined)
      throw brokerError(error, `creating the stream "${wanted.name}"`);
  }
}

/** Settings of a stream, or undefined when there is none. */
export async function readStream(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (/stream not found/i.test(errorText(error))) return undefined;
    throw brokerError(error, `reading the stream "${name}"`);
  }
}
