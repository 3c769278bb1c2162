import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { HttpAdapter, HttpModule } from '#http';
import { packageVersion } from '#platform';
import { listenError, type ServerContext } from '#server';
import type { RegistryParts } from './registry-parts.js';

@Module({})
class RegistryModule {
  /** Every process tells how it is; only one with the role `api` answers what the registry knows. */
  static over({ settings, log }: ServerContext, parts: RegistryParts): DynamicModule {
    const { node, readiness, reader, metrics } = parts;
    const about = { readiness, metrics, log, version: packageVersion() };
    const http = settings.roles.has('api')
      ? HttpModule.register({
          ...about,
          reader,
          writer: () => node.writers().registrar,
          bulk: () => node.writers().bulk,
          operator: () => node.writers().operator,
          renewer: () => node.writers().renewer,
          config: () => node.writers().config,
          undo: () => node.writers().undo,
          rollout: (at) => node.rollout(at),
          watching: () => node.watching(),
          callGraph: (namespace) => node.callGraph(namespace),
          history: () => node.history(),
          story: (names) => node.story(names),
        })
      : HttpModule.registerWithoutApi(about);
    return { module: RegistryModule, imports: [http] };
  }
}

/** @throws ROLLCALL_HTTP_PORT_TAKEN, ROLLCALL_SETTINGS_INVALID */
export async function openHttp(
  context: ServerContext,
  parts: RegistryParts,
): Promise<NestFastifyApplication> {
  const { settings, log } = context;
  const { host, port, hosts, token } = settings.http;
  const { reader, metrics } = parts;
  const roles = [...settings.roles].join(', ');
  const adapter = new HttpAdapter({
    reader,
    log,
    listenHost: host,
    onAnswered: metrics.onAnswered,
    hosts,
    ...(token === undefined ? {} : { token }),
    ...(settings.roles.has('api')
      ? {}
      : { elsewhere: `this process has the roles ${roles}; ask one with the role api` }),
  });
  const module = RegistryModule.over(context, parts);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
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
