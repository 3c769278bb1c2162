import 'reflect-metadata';
import { type RunningServer, runServer, type ServerContext } from '#server';
import { openDns } from './open-dns.js';
import { openHttp } from './open-http.js';
import { registryParts } from './registry-parts.js';

/** The front doors open first: /healthz answers, and /readyz says what is still missing. */
async function start(context: ServerContext): Promise<RunningServer> {
  const { settings, log, fail } = context;
  let isStopping = false;
  const parts = await registryParts(settings, log);
  const app = await openHttp(context, parts);
  const dns = settings.roles.has('dns') ? await openDns(context, parts) : undefined;
  log.info('listening', { url: await app.getUrl(), roles: [...settings.roles].join(',') });
  parts.node
    .join()
    .then((joined) => Promise.all([parts.node.ended(), parts.sql?.start(joined.store)]))
    .catch((error: unknown) => isStopping || fail(error));
  return {
    stop: async () => {
      isStopping = true;
      // Leadership first: another process can lead while our last answers go out.
      await Promise.all([parts.node.stop(), app.close(), dns?.stop(), parts.sql?.stop()]);
    },
  };
}

// Last, because everything above must be there by then.
await runServer(start);
