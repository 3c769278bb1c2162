import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import {
  aggregateKey,
  eventTypes,
  type InstanceRecord,
  type InstanceView,
  type NewEvent,
  type RegistryEvent,
} from '#contracts';
import { foldJournal } from '#application';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { openSqlDatabase, type SqlDatabase, SqlProjection, sqlQuery } from '#sql';
import { anyHistory, startTestBroker, type TestBroker } from '#testkit';
import { databaseKinds } from './databases.js';

const record = (fields: Partial<InstanceRecord> = {}): InstanceRecord => ({
  namespace: 'default',
  service: 'orders',
  instance: 'orders-1',
  incarnation: 1,
  version: '1.4.2-rc.1',
  status: 'up',
  endpoints: [{ name: 'http', protocol: 'http', address: '10.0.0.7', port: 8080, path: '/' }],
  zone: 'eu-1',
  tags: ['stable'],
  metadata: { team: 'a' },
  leaseMs: 0,
  ...fields,
});

let eventCount = 0;

function event(type: NewEvent['type'], data: InstanceRecord): NewEvent {
  const { namespace, service, instance } = data;
  eventCount += 1;
  return {
    id: `event-${eventCount}`,
    type,
    actor: 'ann',
    aggregate: { kind: 'instance', namespace, service, instance },
    data,
  };
}

describe.each(await databaseKinds())('the read model on $name', (kind) => {
  let broker: TestBroker;
  let store: RegistryStore;
  let database: SqlDatabase;
  let url: string;
  const running = new Set<SqlProjection>();

  beforeAll(async () => {
    await kind.start();
    broker = await startTestBroker();
  });
  afterAll(async () => {
    await broker.stop();
    await kind.stop();
  });
  let prefix = 0;
  beforeEach(async () => {
    const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
    store = await openRegistryStore({ connection, prefix: `t${(prefix += 1)}` });
    url = await kind.freshUrl();
    database = await openSqlDatabase(url);
  });
  afterEach(async () => {
    await Promise.all([...running].map((projection) => projection.stop()));
    running.clear();
    await database.close();
    await store.connection.close();
  });

  async function follow(into: SqlDatabase = database): Promise<SqlProjection> {
    const projection = new SqlProjection({ journal: store.journal, database: into });
    await projection.start();
    running.add(projection);
    return projection;
  }
  const rows = async (statement: string): Promise<unknown> => (await sqlQuery(database, statement)).rows;

  it('holds an instance with its endpoints, tags, metadata and service, and every event', async () => {
    const projection = await follow();
    const sequence = await store.journal.append(event(eventTypes.instanceRegistered, record()));
    await projection.reached(sequence);
    expect(
      await rows(
        'select service, instance, version, version_minor, status, routability, zone, departure from instances',
      ),
    ).toEqual([['orders', 'orders-1', '1.4.2-rc.1', 4, 'up', 'preferred', 'eu-1', null]]);
    expect(await rows('select instance, name, protocol, address, port, path from endpoints')).toEqual([
      ['orders-1', 'http', 'http', '10.0.0.7', 8080, '/'],
    ]);
    expect(await rows('select tag from instance_tags')).toEqual([['stable']]);
    expect(await rows('select key, value from instance_metadata')).toEqual([['team', 'a']]);
    expect(await rows('select namespace, service, instances, preferred from service_health')).toEqual([
      ['default', 'orders', 1, 1],
    ]);
    expect(await rows('select sequence, type, aggregate, instance, actor, outcome from events')).toEqual([
      [sequence, eventTypes.instanceRegistered, 'instance', 'orders-1', 'ann', 'applied'],
    ]);
  });

  it('follows changes, and keeps why somebody is gone without any endpoint left to be found by', async () => {
    const projection = await follow();
    await store.journal.append(event(eventTypes.instanceRegistered, record()));
    await store.journal.append(event(eventTypes.instanceUpdated, record({ tags: ['canary'], metadata: {} })));
    await projection.reached((await store.journal.ends()).lastSequence);
    expect(await rows('select tag from instance_tags')).toEqual([['canary']]);
    expect(await rows('select key from instance_metadata')).toEqual([]);
    const sequence = await store.journal.append(
      event(eventTypes.instanceDeregistered, record({ status: 'down' })),
    );
    await projection.reached(sequence);
    expect(await rows('select status, departure, sequence from instances')).toEqual([
      ['down', 'deregistered', sequence],
    ]);
    expect(await rows('select * from endpoints')).toEqual([]);
    expect(await rows('select count(*) from present_instances')).toEqual([[0]]);
  });

  it('holds config with author and reason, of a secret never the value, and rules about it', async () => {
    const projection = await follow();
    const about = { namespace: 'default', application: 'orders', key: 'limits.maxPool' };
    const said = { source: '/test', actor: 'ann', reason: 'more load' };
    const set = (key: string, data: object): Promise<number> =>
      store.journal.append({
        ...said,
        id: `config-${key}`,
        type: eventTypes.configSet,
        aggregate: { kind: 'config', ...about, key },
        data: { ...about, key, ...data },
      });
    await set('limits.maxPool', { contentType: 'number', value: '12' });
    const sequence = await set('password', {
      contentType: 'secret',
      value: `sealed.v1.k1.${'A'.repeat(16)}.${'A'.repeat(22)}`,
    });
    await projection.reached(sequence);
    expect(
      await rows(
        'select key, content_type, value, secret, deleted, revision, author, reason from config order by key',
      ),
    ).toEqual([
      ['limits.maxPool', 'number', '12', 0, 0, sequence - 1, 'ann', 'more load'],
      ['password', 'secret', null, 1, 0, sequence, 'ann', 'more load'],
    ]);
    expect(
      await rows("select count(*) from events where application = 'orders' and key = 'password'"),
    ).toEqual([[1]]);
  });

  it('keeps plans to undo something, of which the view shows nothing', async () => {
    const projection = await follow();
    const aggregate = { kind: 'undo', namespace: 'default', plan: 'a1b2' } as const;
    const order = { asked: '1..9', from: 1, to: 9 };
    const head = {
      namespace: 'default',
      plan: 'a1b2',
      order,
      position: 9,
      digest: '0'.repeat(64),
      planned: 3,
    };
    const data = { ...head, state: 'started' };
    const sequence = await store.journal.append({ id: 'p', type: eventTypes.undoStarted, aggregate, data });
    await projection.reached(sequence);
    expect(await rows('select aggregate, namespace, service, key, outcome from events')).toEqual([
      ['undo', 'default', null, 'a1b2', 'unchanged'],
    ]);
  });

  it('keeps what was refused or unreadable, with the reason', async () => {
    const projection = await follow();
    await store.journal.append(event(eventTypes.instanceRegistered, record({ incarnation: 5 })));
    await store.journal.append(event(eventTypes.instanceRegistered, record({ incarnation: 4 })));
    await store.journal.append(event(eventTypes.instanceRegistered, { ...record(), version: 'banana' }));
    const sequence = await store.journal.append(event('rollcall.instance.sang.v1', record()));
    await projection.reached(sequence);
    expect(await rows('select outcome, problem is null from events order by sequence')).toEqual([
      ['applied', expect.anything()],
      ['refused', expect.anything()],
      ['malformed', expect.anything()],
      ['unknown', expect.anything()],
    ]);
    expect(await rows("select problem from events where outcome = 'refused'")).toEqual([
      ['incarnation 4 was superseded by 5'],
    ]);
  });

  it('takes texts that a database may not take', async () => {
    const projection = await follow();
    const odd = 'nul \0, half \uD83D, whole \u{1F44D}, "quoted", \\u0000, new\nline';
    const sequence = await store.journal.append(
      event(eventTypes.instanceRegistered, record({ metadata: { odd }, tags: [odd] })),
    );
    await projection.reached(sequence);
    const clean = odd.replace('\0', '\uFFFD').replace('\uD83D,', '\uFFFD,');
    expect(await rows('select value from instance_metadata')).toEqual([[clean]]);
    const [[entry]] = (await rows('select entry from instances')) as [[string]];
    expect((JSON.parse(entry) as { record: InstanceView }).record.metadata).toEqual({ odd });
  });

  it('goes on where it stopped, and writes nothing twice', async () => {
    const first = await follow();
    await first.reached(await store.journal.append(event(eventTypes.instanceRegistered, record())));
    await first.stop();
    running.delete(first);
    const sequence = await store.journal.append(
      event(eventTypes.instanceUpdated, record({ status: 'draining' })),
    );
    const second = new SqlProjection({ journal: store.journal, database });
    await second.start();
    running.add(second);
    await second.reached(sequence);
    expect(await rows('select status from instances')).toEqual([['draining']]);
    expect(await rows('select count(*) from events')).toEqual([[2]]);
  });

  it('is the same when two write it at once', async () => {
    // Two connections of one process to one SQLite file would block each other: it answers in this thread.
    const other = database.dialect === 'sqlite' ? database : await openSqlDatabase(url);
    const [mine, theirs] = await Promise.all([follow(), follow(other)]);
    for (let index = 0; index < 40; index += 1) {
      await store.journal.append(
        event(eventTypes.instanceRegistered, record({ instance: `orders-${index}` })),
      );
    }
    const { lastSequence } = await store.journal.ends();
    await Promise.all([mine.reached(lastSequence), theirs.reached(lastSequence)]);
    expect(await rows('select count(*), max(sequence) from events')).toEqual([[40, lastSequence]]);
    expect(await rows('select instances from service_health')).toEqual([[40]]);
    await theirs.stop();
    running.delete(theirs);
    if (other !== database) await other.close();
  });

  it('is built from zero again, with progress, when it is asked for or belongs to another journal', async () => {
    const first = await follow();
    await first.reached(await store.journal.append(event(eventTypes.instanceRegistered, record())));
    await first.stop();
    running.delete(first);
    await sql`update instances set status = 'wrong'`.execute(database.kysely);
    const told: number[] = [];
    const again = new SqlProjection({
      journal: store.journal,
      database,
      onProgress: ({ position }) => told.push(position),
    });
    await again.rebuild();
    await again.start();
    running.add(again);
    await again.reached(1);
    expect(told).toEqual([1]);
    expect(await rows('select status from instances')).toEqual([['up']]);
    await again.stop();
    running.delete(again);
    await sql`update rollcall_projection set journal = 'another'`.execute(database.kysely);
    const third = await follow();
    await third.reached(1);
    expect(third.position).toBe(1);
    expect(await rows('select count(*) from events')).toEqual([[1]]);
    await third.stop();
    running.delete(third);
    // As long as the journal, but their last event was another.
    await sql`update rollcall_projection set at = '2001-01-01T00:00:00.000Z'`.execute(database.kysely);
    await sql`update instances set status = 'wrong'`.execute(database.kysely);
    await (await follow()).reached(1);
    expect(await rows('select status from instances')).toEqual([['up']]);
  });

  it('forgets a departed instance after a day, as the view does, but not its events', async () => {
    const projection = await follow();
    await store.journal.append(event(eventTypes.instanceRegistered, record()));
    await projection.reached(
      await store.journal.append(event(eventTypes.instanceDeregistered, record({ status: 'down' }))),
    );
    await projection.stop();
    running.delete(projection);
    await sql`update instances set changed_at_ms = changed_at_ms - 90000000`.execute(database.kysely);
    const later = await follow();
    await later.reached(
      await store.journal.append(event(eventTypes.instanceRegistered, record({ instance: 'orders-2' }))),
    );
    expect(await rows('select instance from instances')).toEqual([['orders-2']]);
    expect(await rows('select count(*) from events')).toEqual([[3]]);
  });

  it('holds exactly what the journal folds to, whatever happened', async () => {
    const projection = await follow();
    const histories = fc.sample(anyHistory(), { numRuns: 25, seed: 7 });
    for (const [index, history] of histories.entries()) {
      for (const told of history) await store.journal.append(retold(told, index));
    }
    const { lastSequence } = await store.journal.ends();
    await projection.reached(lastSequence);
    const folded = await foldJournal(store.journal, { toSequence: lastSequence });
    const held = new Map<string, unknown>();
    const put = (key: string, entry: unknown): void => {
      if (typeof entry === 'string') held.set(key, JSON.parse(entry));
    };
    for (const [namespace, service, instance, entry] of (await rows(
      'select namespace, service, instance, entry from instances',
    )) as string[][]) {
      put(`${namespace}.instance.${service}.${instance}`, entry);
    }
    for (const [namespace, service, policy, protection] of (await rows(
      'select namespace, service, policy_entry, protection_entry from services',
    )) as string[][]) {
      put(`${namespace}.service.${service}`, policy);
      put(`${namespace}.protection.${service}`, protection);
    }
    for (const [namespace, application, kind, name, entry] of (await rows(
      `select namespace, application, 'config' as kind, key as name, entry from config
       union all select namespace, application, 'config-' || kind, name, entry from config_rules`,
    )) as string[][]) {
      put(`${namespace}.${kind}.${application}.${name?.replaceAll('.', '/')}`, entry);
    }
    expect(held).toEqual(
      new Map([...folded.entries].map(([key, entry]) => [key, JSON.parse(JSON.stringify(entry))])),
    );
    const set = await rows("select count(*) from events where outcome in ('refused', 'malformed')");
    expect(set).toEqual([[folded.setAside]]);
  });

  it('waits when the database refuses its work, and goes on when it takes it again', async () => {
    const projection = await follow();
    await sql`alter table events rename to events_elsewhere`.execute(database.kysely);
    const sequence = await store.journal.append(event(eventTypes.instanceRegistered, record()));
    await expect(projection.reached(sequence, 300)).rejects.toMatchObject({
      code: 'ROLLCALL_POSITION_NOT_REACHED',
    });
    expect(await rows('select * from instances')).toEqual([]);
    await sql`alter table events_elsewhere rename to events`.execute(database.kysely);
    await projection.reached(sequence);
    expect(await rows('select count(*) from events')).toEqual([[1]]);
  });

  it('is open to any reading question', async () => {
    await follow();
    expect(
      await sqlQuery(database, ' with x as (select 1 as one) select one, null as none from x; -- why not'),
    ).toMatchObject({
      columns: ['one', 'none'],
      rows: [[1, null]],
      isCut: false,
    });
    expect(await sqlQuery(database, 'values (1), (2), (3)', { rowsMax: 2 })).toMatchObject({
      rows: [[1], [2]],
      isCut: true,
    });
    expect((await sqlQuery(database, "select ';' as semicolon")).rows).toEqual([[';']]);
    expect(await rows('select count(*) from events')).toEqual([[0]]);
  });

  it('refuses a layout that a newer version made', async () => {
    await sql`insert into rollcall_migration (name, timestamp) values ('9999-future', '2030-01-01')`.execute(
      database.kysely,
    );
    await expect(openSqlDatabase(url)).rejects.toMatchObject({ code: 'ROLLCALL_SQL_SCHEMA_NEWER' });
  });
});

/** The event of a history once more, under names that no other history uses. */
function retold(told: RegistryEvent, index: number): NewEvent {
  const namespace = `n${index}`;
  const aggregate = { ...told.aggregate, namespace };
  eventCount += 1;
  const { type, actor, reason } = told;
  return {
    id: `${aggregateKey(aggregate)}-${eventCount}`,
    type,
    aggregate,
    data: { ...told.data, namespace },
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
  };
}

describe('a database that cannot be opened', () => {
  it.each([
    ['mysql://localhost/x', 'ROLLCALL_SETTINGS_INVALID'],
    ['', 'ROLLCALL_SETTINGS_INVALID'],
    ['package.json/x.db', 'ROLLCALL_SQL_UNAVAILABLE'],
    ['postgres://nobody@127.0.0.1:1/none', 'ROLLCALL_SQL_UNAVAILABLE'],
  ])('%s is one clear error', async (url, code) => {
    await expect(openSqlDatabase(url)).rejects.toMatchObject({ code });
  });
});
