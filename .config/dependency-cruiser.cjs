/** The house plan: for each room, the rooms it may look into. Anything else is a wall. */
const rooms = {
  contracts: [],
  domain: ['contracts'],
  formats: ['contracts'],
  secrets: ['contracts'],
  application: ['contracts', 'domain', 'formats'],
  nats: ['contracts', 'domain'],
  broker: ['contracts'],
  jetstream: ['contracts', 'domain', 'application', 'nats'],
  archive: ['contracts', 'domain', 'application', 'nats', 'jetstream'],
  http: ['contracts', 'domain', 'application'],
  sql: ['contracts', 'domain', 'application'],
  dns: ['contracts', 'domain', 'application'],
  requests: ['contracts', 'domain', 'application'],
  health: ['contracts', 'domain', 'application'],
  platform: ['contracts', 'application'],
  server: ['contracts', 'domain', 'application', 'nats', 'jetstream', 'health', 'requests', 'platform'],
  tracing: [],
  client: ['contracts', 'domain', 'formats', 'secrets', 'nats', 'tracing'],
  'client-grpc': ['contracts', 'client'],
  nest: ['contracts', 'client', 'tracing'],
  'nest-clients': ['contracts', 'client', 'tracing'],
  'nest-jetstream': ['contracts', 'nats', 'tracing'],
  testkit: ['contracts', 'domain', 'application', 'broker', 'nats', 'jetstream', 'archive'],
};

/** Third-party packages each room may import. A room that is not named here may import none. */
const vendors = {
  application: ['ajv'],
  broker: ['semver'],
  contracts: ['class-validator', 'class-transformer', 'reflect-metadata', 'ajv'],
  domain: ['semver'],
  formats: ['yaml', 'dotenv', 'dot-properties'],
  nats: ['@nats-io/'],
  jetstream: ['@nats-io/'],
  http: ['@nestjs/', 'rxjs', 'reflect-metadata', 'fastify', 'class-validator', 'class-transformer'],
  sql: ['kysely', 'pg', 'libsql'],
  dns: ['dns-packet'],
  archive: ['@nats-io/'],
  requests: ['@nats-io/'],
  platform: ['@nestjs/', 'rxjs', 'reflect-metadata', 'zod', 'prom-client'],
  server: ['@nats-io/'],
  client: ['@nats-io/', 'undici', 'cockatiel', 'prom-client'],
  'client-grpc': ['@grpc/grpc-js'],
  nest: ['@nestjs/', 'rxjs', 'reflect-metadata', 'class-validator'],
  'nest-clients': ['@nats-io/', '@nestjs/', 'rxjs', 'reflect-metadata'],
  'nest-jetstream': ['@nats-io/', '@nestjs/', 'rxjs', 'reflect-metadata'],
  tracing: ['@opentelemetry/api'],
  testkit: ['fast-check', '@nats-io/'],
};

const pure = ['contracts', 'domain'];
const spec = '\\.(spec|bench)\\.ts$';
const npm = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'];
const escaped = (name) => name.replaceAll('.', '\\.');

const forbidden = Object.entries(rooms).flatMap(([room, mayEnter]) => {
  const allowed = (vendors[room] ?? []).map(
    (name) => `(^|/)node_modules/${escaped(name)}${name.endsWith('/') ? '' : '/'}`,
  );
  return [
    {
      name: `${room}-looks-only-into-${mayEnter.join('-') || 'itself'}`,
      comment: `libs/${room} may import: ${mayEnter.join(', ') || 'no other room'}. Move the code, or write a decision record.`,
      severity: 'error',
      from: { path: `^libs/${room}/src`, pathNot: spec },
      to: { path: '^(libs|apps|test)/', pathNot: `^libs/(${[room, ...mayEnter].join('|')})/src` },
    },
    {
      name: `${room}-packages`,
      comment: `libs/${room} may import these packages only: ${(vendors[room] ?? []).join(', ') || 'none'}.`,
      severity: 'error',
      from: { path: `^libs/${room}/src`, pathNot: spec },
      to: { dependencyTypes: npm, ...(allowed.length > 0 ? { pathNot: allowed } : {}) },
    },
  ];
});

forbidden.push(
  {
    name: 'pure-rooms-touch-no-node',
    comment: 'contracts and domain are pure: no node: modules.',
    severity: 'error',
    from: { path: `^libs/(${pure.join('|')})/src`, pathNot: spec },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'rooms-are-entered-by-the-door',
    comment: 'From outside, import a room as #room, which is its src/index.ts.',
    severity: 'error',
    from: { path: '^(libs/([^/]+)|apps|test)/' },
    to: { path: '^libs/([^/]+)/src/.+', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^libs/$2/src/'] },
  },
  {
    name: 'nobody-imports-an-app',
    comment: 'Apps are leaves. Only the test runner shares the set-up of a bare clone with the launcher.',
    severity: 'error',
    from: { path: '^(libs|test)/', pathNot: '^test/(bench/)?run\\.mjs$' },
    to: { path: '^apps/' },
  },
  {
    name: 'apps-do-not-import-each-other',
    comment: 'Share through a room; the examples share what is theirs alone.',
    severity: 'error',
    from: { path: '^apps/(.+)/src/' },
    to: { path: '^apps/', pathNot: ['^apps/$1/', '^apps/examples/shared/'] },
  },
  {
    name: 'testkit-stays-in-tests',
    comment: 'Code that ships never imports the testkit.',
    severity: 'error',
    from: { path: '^(apps|libs)/', pathNot: [spec, '^libs/testkit/'] },
    to: { path: '^libs/testkit/' },
  },
  {
    name: 'leads-nowhere',
    comment: 'This import cannot be resolved.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-cycles',
    comment: 'Fatal in ESM: two files that need each other are one file, or three.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
);

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['rollcall-source', 'import', 'require', 'node', 'default', 'types'],
    },
  },
};
