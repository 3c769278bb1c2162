import { experimental, status } from '@grpc/grpc-js';
import type { InstanceView } from '#contracts';
import type { PickOptions, RollcallClient, ServiceHandle, Watch } from '#client';
import { addressesOf } from './addresses.js';

type ServiceConfig = Parameters<experimental.ResolverListener>[2] extends infer Config
  ? Config extends { ok: true; value: infer Value }
    ? Value
    : never
  : never;

export interface ResolverParts {
  readonly client: RollcallClient;
  readonly service: string;
  readonly wishes: PickOptions;
  readonly listener: experimental.ResolverListener;
}

/** Calls are spread over all addresses; `pick_first`, the default of gRPC, would send them all to one. */
const serviceConfig: ServiceConfig = { loadBalancingConfig: [{ round_robin: {} }], methodConfig: [] };

/** Tells one channel where the instances of a service are, and every change of it, from the local view. */
export class ViewResolver implements experimental.Resolver {
  readonly #parts: ResolverParts;
  readonly #service: ServiceHandle;
  readonly #instances = new Map<string, InstanceView>();
  #watch: Watch | undefined;
  #isOpening = false;
  #told: string | undefined;
  #isDestroyed = false;

  constructor(parts: ResolverParts) {
    this.#parts = parts;
    this.#service = parts.client.service(parts.service);
    this.updateResolution();
  }

  /** The channel asks when connections fail. The view tells of every change by itself, and has nothing to add. */
  updateResolution(): void {
    if (this.#watch === undefined && !this.#isOpening) void this.#open();
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#watch?.close();
  }

  async #open(): Promise<void> {
    const { client, service } = this.#parts;
    this.#isOpening = true;
    try {
      await this.#service.ready();
      const watch = await client.watch(service, (event) => {
        if (event.type === 'snapshot')
          for (const view of event.instances) this.#instances.set(view.instance, view);
        else if (event.type === 'change') this.#learn(event.change.change, event.change.record);
        this.#tell();
      });
      if (this.#isDestroyed) watch.close();
      else this.#watch = watch;
    } catch (error) {
      this.#tellError(error as Error);
    } finally {
      this.#isOpening = false;
    }
  }

  #learn(change: string, view: InstanceView): void {
    if (change === 'removed') this.#instances.delete(view.instance);
    else this.#instances.set(view.instance, view);
  }

  #tell(): void {
    if (this.#isDestroyed) return;
    const { wishes, listener } = this.#parts;
    const { endpoints, text } = addressesOf(this.#service, [...this.#instances.values()], wishes);
    if (text === this.#told) return;
    this.#told = text;
    if (endpoints.length === 0) return this.#tellError(this.#problem());
    const { statusOrFromValue } = experimental;
    listener(statusOrFromValue(endpoints), {}, statusOrFromValue(serviceConfig), '');
  }

  /** What a pick would say: what is known of whom, in words. */
  #problem(): Error {
    try {
      this.#service.pick({ ...this.#parts.wishes, protocol: 'grpc' });
    } catch (error) {
      return error as Error;
    }
    return new Error(`no instance of "${this.#parts.service}" takes calls now`);
  }

  #tellError(error: Error): void {
    const failed = experimental.statusOrFromError<never>({
      code: status.UNAVAILABLE,
      details: error.message,
    });
    if (!this.#isDestroyed) this.#parts.listener(failed, {}, null, '');
  }
}
