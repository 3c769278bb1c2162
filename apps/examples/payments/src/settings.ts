const { env } = process;

/** What this example reads from its environment: where the broker is, and the port to listen on (0: any). */
export const settings = {
  port: Number(env['PORT'] ?? 0),
  version: env['SERVICE_VERSION'] ?? '1.0.0',
  broker: {
    url: env['NATS_URL'] || 'nats://127.0.0.1:4222',
    ...(env['NATS_USER'] ? { user: env['NATS_USER'], password: env['NATS_PASSWORD'] ?? '' } : {}),
  },
  env,
};
