import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { SqlDialect } from '../database/database.js';
import { columns, type WrittenTable } from './columns.js';

const primaryKeys = {
  services: ['namespace', 'service'],
  instances: ['namespace', 'service', 'instance'],
  endpoints: ['namespace', 'service', 'instance', 'name'],
  instance_tags: ['namespace', 'service', 'instance', 'tag'],
  instance_metadata: ['namespace', 'service', 'instance', 'key'],
  config: ['namespace', 'application', 'key'],
  config_rules: ['namespace', 'application', 'kind', 'name'],
} as const;

/** Columns that may be empty; all others must be filled. */
const nullable: Readonly<Record<WrittenTable, readonly string[]>> = {
  services: Object.keys(columns.services).slice(2),
  instances: [
    'reported_status',
    'reported_weight',
    'zone',
    'region',
    'heartbeat_ms',
    'started_at',
    'override_status',
    'override_weight',
    'override_actor',
    'override_reason',
    'verdict_state',
    'verdict_signal',
    'departure',
    'cause_actor',
    'cause_reason',
  ],
  endpoints: ['address', 'port', 'path', 'subject'],
  instance_tags: [],
  instance_metadata: [],
  config: ['content_type', 'value', 'author', 'reason'],
  config_rules: ['author', 'reason'],
  events: Object.keys(columns.events).filter(
    (name) => !['sequence', 'at', 'at_ms', 'subject', 'outcome'].includes(name),
  ),
};

/** The first layout: the tables, what is searched often, and two views for people. */
export async function createTables(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  await db.schema
    .createTable('rollcall_projection')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('at', 'text')
    .addColumn('journal', 'text')
    .execute();
  for (const table of Object.keys(primaryKeys) as (keyof typeof primaryKeys)[]) {
    await withColumns(db.schema.createTable(table), table)
      .addPrimaryKeyConstraint(`${table}_key`, [...primaryKeys[table]] as never)
      .execute();
  }
  await createEvents(db, dialect);
  await createIndexes(db);
  await createViews(db);
}

function withColumns(
  builder: CreateTableBuilder<string, string>,
  table: WrittenTable,
): CreateTableBuilder<string, string> {
  let built = builder;
  for (const [name, type] of Object.entries(columns[table])) {
    const mayBeNull = nullable[table].includes(name);
    built = built.addColumn(name, type, (column) => (mayBeNull ? column : column.notNull()));
  }
  return built;
}

/** In SQLite only a column that is called INTEGER PRIMARY KEY is the row id itself, which saves an index. */
async function createEvents(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { sequence: _sequence, ...rest } = columns.events;
  let builder = db.schema
    .createTable('events')
    .addColumn('sequence', dialect === 'sqlite' ? 'integer' : 'bigint', (column) => column.primaryKey());
  for (const [name, type] of Object.entries(rest)) {
    const mayBeNull = nullable.events.includes(name);
    builder = builder.addColumn(name as never, type, (column) => (mayBeNull ? column : column.notNull()));
  }
  await builder.execute();
}

async function createIndexes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('events_of_instance')
    .on('events')
    .columns(['namespace', 'service', 'instance'])
    .execute();
  await db.schema
    .createIndex('events_of_config')
    .on('events')
    .columns(['namespace', 'application', 'key'])
    // Most events are about instances: they cost nothing here.
    .where(sql<boolean>`application is not null`)
    .execute();
  await db.schema.createIndex('events_by_time').on('events').column('at_ms').execute();
  await db.schema.createIndex('endpoints_by_address').on('endpoints').column('address').execute();
  await db.schema.createIndex('instances_by_departure').on('instances').column('departure').execute();
  await db.schema.createIndex('tags_by_tag').on('instance_tags').column('tag').execute();
  await db.schema.createIndex('metadata_by_key').on('instance_metadata').columns(['key', 'value']).execute();
}

async function createViews(db: Kysely<unknown>): Promise<void> {
  await sql`create view present_instances as select * from instances where departure is null`.execute(db);
  await sql`
    create view service_health as
    select s.namespace, s.service,
      count(i.instance) as instances,
      count(case when i.routability = 'preferred' then 1 end) as preferred,
      count(case when i.routability = 'last-resort' then 1 end) as last_resort,
      count(case when i.status = 'suspect' then 1 end) as suspects,
      count(distinct i.version) as versions,
      count(distinct i.zone) as zones
    from services s left join present_instances i on i.namespace = s.namespace and i.service = s.service
    group by s.namespace, s.service
  `.execute(db);
}
