import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DnsServer, tableSource } from '#dns';
import { HttpAdapter } from '#http';
import { listenError, type RunningServer, runServer, type ServerContext } from '#server';
import { RegistryModule, registryParts } from './registry.module.js';

/** The front door opens first: it answers /healthz, and /readyz says what is still missing. */
async function start(context: ServerContext): Promise<RunningServer> {
  const { settings, log, fail } = context;
  let isStopping = false;
  const parts = registryParts(settings, log);
  const app = await openHttp(context, parts);
  const dns = await openDns(context, parts);
  log.info('listening', { url: await app.getUrl() });
  parts.node
    .join()
    .then(() => parts.node.ended())
    .catch((error: unknown) => isStopping || fail(error));
  return {
    stop: async () => {
      isStopping = true;
      // Leadership first: another process can lead while our last answers go out.
      await Promise.all([parts.node.stop(), app.close(), dns?.stop()]);
    },
  };
}

/** Answers DNS from the same view, when a port is given for it. */
async function openDns(
  { settings, log }: ServerContext,
  { node, metrics }: ReturnType<typeof registryParts>,
): Promise<DnsServer | undefined> {
  if (settings.dns === undefined) return undefined;
  const { host } = settings.http;
  const dns = new DnsServer({
    source: tableSource(() => node.view),
    host,
    port: settings.dns.port,
    log,
    onAnswered: metrics.onDnsAnswered,
  });
  await dns.start();
  log.info('answering DNS', { host, port: dns.port, zone: 'rollcall.' });
  return dns;
}

async function openHttp(
  context: ServerContext,
  parts: ReturnType<typeof registryParts>,
): Promise<NestFastifyApplication> {
  const { settings, log } = context;
  const { host, port, hosts, token } = settings.http;
  const { reader, metrics } = parts;
  const adapter = new HttpAdapter({
    reader,
    log,
    listenHost: host,
    onAnswered: metrics.onAnswered,
    hosts,
    ...(token === undefined ? {} : { token }),
  });
  const app = await NestFactory.create<NestFastifyApplication>(RegistryModule.over(parts, log), adapter, {
    logger: quiet(log),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(adapter.problems);
  try {
    await app.listen(port, host);
  } catch (error) {
    throw listenError(error, host, port);
  }
  return app;
}

/** What Nest says while it starts interests nobody but its debuggers; what fails is thrown, and told by us. */
function quiet({ nest }: ServerContext['log']): ServerContext['log']['nest'] {
  const debug = (message: unknown, ...rest: unknown[]): void => nest.debug?.(message, ...rest);
  return {
    log: debug,
    debug,
    verbose: debug,
    warn: (message: unknown, ...rest: unknown[]) => nest.warn(message, ...rest),
    error: debug,
    fatal: (message: unknown, ...rest: unknown[]) => nest.error(message, ...rest),
  };
}

// Last, because everything above must be there by then.
await runServer(start);
