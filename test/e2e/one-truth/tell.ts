import type { NatsConnection } from '@nats-io/nats-core';
import type { Operation, Via } from './operations.js';

/** Where things are done. */
export interface Writing {
  readonly url: string;
  readonly nats: NatsConnection;
  readonly namespace: string;
}

/** Does something by one of two doors. @returns its journal sequence, or the code of the error it was refused with */
export async function tell(place: Writing, via: Via, operation: Operation): Promise<number | string> {
  const answer = await (via === 'http' ? byHttp(place, operation) : byNats(place, operation));
  const error = answer['error'] as { code: string } | undefined;
  return error?.code ?? (answer['code'] as string | undefined) ?? Number(answer['sequence']);
}

type Answer = Readonly<Record<string, unknown>>;

/** What stands in the body of a request, whichever door it goes through. */
function bodyOf(operation: Operation): Record<string, unknown> | undefined {
  switch (operation.do) {
    case 'register': {
      const { do: _do, name: _name, port, ...rest } = operation;
      const endpoint = { name: 'http', protocol: 'http', address: '127.0.0.1', port };
      return { ...rest, endpoints: [endpoint] };
    }
    case 'update':
      return operation.change;
    case 'override': {
      const { do: _do, name: _name, ...over } = operation;
      return over;
    }
  }
  return undefined;
}

const routes = {
  register: ['PUT', ''],
  update: ['PATCH', ''],
  deregister: ['DELETE', ''],
  override: ['PUT', '/override'],
  lift: ['DELETE', '/override'],
  evict: ['POST', '/evict'],
} as const;

async function byHttp({ url, namespace }: Writing, operation: Operation): Promise<Answer> {
  const [method, path] = routes[operation.do];
  const [service, instance] = operation.name.split('/');
  const body = bodyOf(operation);
  const answer = await fetch(
    `${url}/v1/namespaces/${namespace}/services/${service}/instances/${instance}${path}`,
    {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    },
  );
  return (await answer.json()) as Answer;
}

async function byNats({ nats, namespace }: Writing, operation: Operation): Promise<Answer> {
  const [service, instance] = operation.name.split('/');
  const asked = JSON.stringify({ namespace, service, instance, ...bodyOf(operation) });
  const answer = await nats.request(`rollcall.v1.command.${operation.do}`, asked, { timeout: 5_000 });
  return answer.json<Answer>();
}
