import { readSettings } from '#platform';

const { env } = process;
const { broker, namespace, prefix, domain } = readSettings(env).settings;

/**
 * What an example reads from its environment: the port to listen on (0: any), and where and how to join the broker,
 * by the names that the registry reads, too.
 */
export const settings = {
  port: Number(env['PORT'] ?? 0),
  version: env['SERVICE_VERSION'] ?? '1.0.0',
  registry: { ...broker, namespace, prefix, ...(domain === undefined ? {} : { domain }) },
  env,
};
