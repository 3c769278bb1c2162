import { randomUUID } from 'node:crypto';
import {
  type AggregateId,
  type ConfigMatch,
  type ContentType,
  type EventType,
  eventTypes,
  type PositionRecord,
  viewKeys,
} from '#contracts';
import { connectBroker, JournalWriter } from '#nats';
import { eventually, type TestRegistry } from './registry.js';

/** Writes config straight into the journal, as a config service would, and waits until everybody can see it. */
export async function configWriter({ broker: { url, user, password }, store }: TestRegistry) {
  const { subjects, streams } = store;
  const connection = await connectBroker({ url, user, password, name: 'operator' });
  const writer = new JournalWriter({ connection, subjects, streams });
  const event = (type: EventType, aggregate: AggregateId, data: object) => {
    const { kind: _kind, ...names } = aggregate;
    return { id: randomUUID(), type, aggregate, actor: 'ann', reason: 'a test', data: { ...names, ...data } };
  };
  const id = (kind: 'config' | 'config-gray' | 'config-override', application: string, key: string) => ({
    kind,
    namespace: 'default',
    application,
    key,
  });
  const set = (application: string, key: string, value: string, contentType: ContentType = 'text') =>
    event(eventTypes.configSet, id('config', application, key), { contentType, value });
  const shown = async (written: Promise<number>): Promise<number> => {
    const sequence = await written;
    await eventually(async () => {
      let position = 0;
      await store.bucket.readAll(
        ({ value }) => (position = (value as PositionRecord).position),
        [viewKeys.position],
      );
      return position >= sequence;
    }, 'the view shows what was written');
    return sequence;
  };
  return {
    set: (application: string, key: string, value: string, contentType?: ContentType) =>
      shown(writer.append(set(application, key, value, contentType))),
    delete: (application: string, key: string) =>
      shown(
        writer.append(event(eventTypes.configDeleted, id('config', application, key), { deleted: true })),
      ),
    /** Several keys in one batch; the sequence of the last. */
    batch: (
      application: string,
      values: Readonly<Record<string, string>>,
      contentType: ContentType = 'text',
    ) => {
      const entries = Object.entries(values);
      const setId = randomUUID();
      const events = entries.map(([key, value], index) => {
        const one = set(application, key, value, contentType);
        return { ...one, data: { ...one.data, changeSet: { id: setId, index, count: entries.length } } };
      });
      return shown(writer.appendBatch(events));
    },
    override: (application: string, key: string, match: ConfigMatch, value: string) =>
      shown(
        writer.append(
          event(eventTypes.configOverrideSet, id('config-override', application, key), {
            overrides: [{ name: 'o', match, contentType: 'text', value }],
          }),
        ),
      ),
    close: async () => {
      writer.close();
      await connection.close();
    },
  };
}

export type TestConfigWriter = Awaited<ReturnType<typeof configWriter>>;
