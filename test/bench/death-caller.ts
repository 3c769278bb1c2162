import { RollcallClient } from '#client';
import type { TestBroker } from '#testkit';

const STOPPED_MS_MAX = 5_000;
/** Nothing tells a caller; it sees whom it would call when it calls. */
const LOOK_MS = 1;

export const ENDPOINTS = [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8_080 }] as const;

/** Who calls services, as the SDK lets it: with a balancer over a view of its own. */
export interface Caller {
  /** Gives the service an instance to call instead. @throws when the other one is not called as well */
  meet(service: string, instance: string): Promise<void>;
  /** Resolves with the moment when its balancer gives the instance no more calls. */
  stopped(service: string, instance: string): Promise<number>;
  close(): Promise<void>;
}

export async function openCaller({ url, user, password }: TestBroker): Promise<Caller> {
  const client = await RollcallClient.connect({ url, user, password });
  const isCalled = (service: string, instance: string): boolean =>
    client
      .service(service)
      .explain()
      .candidates.some((candidate) => candidate.instance === instance && candidate.sharePercent > 0);
  return {
    meet: async (service, instance) => {
      const survivor = {
        service,
        instance: `${service}-survivor`,
        version: '1.0.0',
        endpoints: [...ENDPOINTS],
      };
      const { sequence } = await client.register(survivor);
      await client.service(service).ready();
      await client.reached(sequence);
      if (!isCalled(service, instance)) throw new Error(`${instance} is called by nobody while it lives`);
    },
    stopped: async (service, instance) => {
      const deadline = AbortSignal.timeout(STOPPED_MS_MAX);
      while (isCalled(service, instance)) {
        deadline.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      return performance.now();
    },
    close: () => client.close(),
  };
}
