import { setTimeout as delay } from 'node:timers/promises';
import { createSubjects, errorText } from '#contracts';
import { type AppProcess, startApp } from './app-process.js';
import { type LaunchedBroker, launchBroker } from './broker.js';
import { type Feed, openFeed } from './feed.js';
import type { Paint } from './paint.js';
import { awaitReady, diedError, ensureHttpPortFree } from './ready.js';
import { appMain, type LauncherSettings, registryUrl } from './settings.js';
import type { Shutdown } from './shutdown.js';

export interface LaunchContext {
  readonly env: NodeJS.ProcessEnv;
  readonly settings: LauncherSettings;
  readonly shutdown: Shutdown;
  readonly paint: Paint;
  readonly print: (line: string) => void;
}

/** Everything that runs. */
export interface Launched {
  readonly broker: LaunchedBroker;
  readonly registry: AppProcess;
  readonly examples: readonly AppProcess[];
  /** Where orders answers its users; undefined when it is not known to be up. */
  readonly ordersUrl: string | undefined;
}

const EXAMPLES = ['orders', 'payments'];
const COPIES = 2;
const EXAMPLES_TIMEOUT_MS = 15_000;

/** Starts the broker, the registry and the examples, each when what it needs is ready. */
export async function launch(context: LaunchContext): Promise<Launched> {
  const { env, settings, shutdown } = context;
  const done = (line: string) => context.print(`  ${context.paint.green('✓')} ${line}`);
  // Before the broker, so that a second `npm start` says what matters and disturbs nothing.
  await ensureHttpPortFree(settings.httpHost, settings.httpPort);
  const broker = await launchBroker(env, settings.registry.broker, (line) => context.print(`  ${line} …`));
  shutdown.onEnd(() => broker.stop());
  done(broker.told);
  const feed = await openFeedOrSayWhy(context, broker);
  const registry = await launchRegistry(context, broker);
  done(`registry on ${registryUrl(settings)}${dnsTold(settings)}`);
  const examples = settings.demo ? await launchExamples(context, broker) : [];
  const where = await shutdown.unlessRequested(awaitExamples(examples, feed, context));
  return { broker, registry, examples, ordersUrl: where.get('orders-1') };
}

/** The feed is for people; whoever may not read the discovery subjects can still run a registry. */
async function openFeedOrSayWhy(context: LaunchContext, broker: LaunchedBroker): Promise<Feed | null> {
  const { settings, paint, print, shutdown } = context;
  try {
    const feed = await openFeed(broker.access, createSubjects(settings.registry.prefix), paint, print);
    shutdown.onEnd(() => feed.close());
    return feed;
  } catch (error) {
    print(`  ${paint.yellow('!')} no live feed: ${errorText(error)}`);
    return null;
  }
}

async function launchRegistry(context: LaunchContext, broker: LaunchedBroker): Promise<AppProcess> {
  const { env, settings, shutdown } = context;
  const registry = await startApp({
    name: 'registry',
    main: appMain('registry'),
    env: {
      ...env,
      ...broker.env,
      ...broker.registryEnv,
      ...settings.registryEnv,
      ROLLCALL_HTTP_PORT: String(settings.httpPort),
      ROLLCALL_AUDIT_DIR: settings.auditDir,
    },
    logDir: settings.logDir,
  });
  shutdown.onEnd(() => registry.stop());
  const ready = awaitReady(registry, `${registryUrl(settings)}/readyz`);
  await shutdown.unlessRequested(Promise.race([ready, broker.failed]));
  return registry;
}

function dnsTold({ registry, httpHost }: LauncherSettings): string {
  const { roles, dns } = registry;
  return roles.has('dns') && dns.port > 0 ? `, DNS on ${httpHost} port ${dns.port}` : '';
}

async function launchExamples(context: LaunchContext, broker: LaunchedBroker): Promise<AppProcess[]> {
  const { env, settings, shutdown } = context;
  const names = EXAMPLES.flatMap((service) =>
    Array.from({ length: COPIES }, (_, copy) => ({ service, copy: copy + 1 })),
  );
  const examples = await Promise.all(
    names.map(({ service, copy }) =>
      startApp({
        name: `${service}-${copy}`,
        main: appMain(`examples/${service}`),
        env: { ...env, ...broker.env, ROLLCALL_INSTANCE: `${service}-${copy}` },
        logDir: settings.logDir,
      }),
    ),
  );
  shutdown.onEnd(async () => void (await Promise.all(examples.map((example) => example.stop()))));
  for (const example of examples) void tellOfDeath(example, context);
  return examples;
}

/**
 * Waits until the registry shows every example as up, which is what people came to see.
 * @returns where each of them is
 */
async function awaitExamples(
  examples: readonly AppProcess[],
  feed: Feed | null,
  { paint, print, settings }: LaunchContext,
): Promise<ReadonlyMap<string, string>> {
  const where = new Map<string, string>();
  if (feed === null) return where;
  const patience = new AbortController();
  const late = delay(EXAMPLES_TIMEOUT_MS, true, { signal: patience.signal }).catch(() => true);
  const isLate = await Promise.all(
    examples.map((example) => {
      const up = feed
        .whenUp(`${example.name.replace(/-\d+$/, '')}/${example.name}`)
        .then((url) => void where.set(example.name, url));
      return Promise.race([late, Promise.race([up, example.exited]).then(() => false)]);
    }),
  );
  patience.abort();
  const names = examples.filter((_, index) => isLate[index]).map((example) => example.name);
  if (names.length > 0) {
    print(`  ${paint.yellow('!')} not registered yet: ${names.join(', ')}; logs are in "${settings.logDir}"`);
  }
  return where;
}

/** Told and not restarted: killing one is the first thing to try. */
async function tellOfDeath(example: AppProcess, { paint, print }: LaunchContext): Promise<void> {
  const error = await diedError(example);
  if (!example.isStopping()) print(`${paint.red('!')} ${error.what.trimEnd()}`);
}
