import { experimental } from '@grpc/grpc-js';
import { checkName } from '#contracts';
import type { PickOptions, RollcallClient } from '#client';
import { ViewResolver } from './resolver.js';

export interface GrpcResolverOptions {
  /** Which instances channels may use. */
  readonly pick?: Pick<
    PickOptions,
    'version' | 'zone' | 'region' | 'tag' | 'selector' | 'endpoint' | 'labels'
  >;
}

interface Registered {
  readonly client: RollcallClient;
  readonly options: GrpcResolverOptions;
}

/** gRPC knows schemes for the whole process; a namespace is the authority of a target. */
const byNamespace = new Map<string, Registered>();

class RollcallResolver extends ViewResolver {
  constructor({ authority = '', path }: experimental.GrpcUri, listener: experimental.ResolverListener) {
    const namespace = authority === '' ? [...byNamespace.keys()][0] : authority;
    const found = byNamespace.get(namespace ?? '');
    if (found === undefined) {
      const text = `no Rollcall client is registered for "rollcall://${authority}/", only for: `;
      throw new Error(text + ([...byNamespace.keys()].join(', ') || 'nothing'));
    }
    const { client, options } = found;
    super({ client, listener, service: checkName('service', path), wishes: options.pick ?? {} });
  }

  static getDefaultAuthority({ path }: experimental.GrpcUri): string {
    return path;
  }
}

/**
 * Lets gRPC clients of this process name a service in place of an address: `rollcall:///payments`, or
 * `rollcall://<namespace>/payments` where there are clients of several namespaces. Channels follow the view.
 * @returns takes it back; channels that are open keep what they know
 */
export function registerGrpcResolver(client: RollcallClient, options: GrpcResolverOptions = {}): () => void {
  experimental.registerResolver('rollcall', RollcallResolver);
  const registered = { client, options };
  byNamespace.set(client.namespace, registered);
  return () => {
    if (byNamespace.get(client.namespace) === registered) byNamespace.delete(client.namespace);
  };
}
