import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { type InstanceChange, RollcallClient, type Watch, type WatchEvent } from '#client';
import { keepTrying } from '../lifecycle/keep-trying.js';
import { type ChangeInterest, ON_INSTANCE_CHANGE } from './on-instance-change.decorator.js';

type Listener = (change: InstanceChange) => unknown;

interface MarkedMethod {
  readonly name: string;
  readonly interest: ChangeInterest;
  readonly listener: Listener;
}

/** Finds the methods marked with `@OnInstanceChange` and keeps them told. */
@Injectable()
export class ChangeExplorer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Rollcall');
  readonly #watches: Watch[] = [];
  #isStopped = false;

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(RollcallClient) private readonly client: RollcallClient,
  ) {}

  onApplicationBootstrap(): void {
    for (const method of this.#markedMethods()) {
      this.#follow(method).catch((error: Error) => this.#logger.error(`${method.name}: ${error.message}`));
    }
  }

  onApplicationShutdown(): void {
    this.#isStopped = true;
    for (const watch of this.#watches) watch.close();
  }

  async #follow({ name, interest, listener }: MarkedMethod): Promise<void> {
    const watch = await keepTrying({
      step: () => this.client.watch(interest, (event) => this.#tell(name, listener, event)),
      onFailure: (error) => this.#logger.warn(`${name}: ${error.message}`),
      isGivenUp: () => this.#isStopped,
    });
    if (watch !== undefined) this.#watches.push(watch);
  }

  #tell(name: string, listener: Listener, event: WatchEvent): void {
    if (event.type !== 'change') return;
    const onFailure = (error: unknown): void =>
      this.#logger.error(`${name} failed`, error instanceof Error ? error.stack : String(error));
    try {
      void Promise.resolve(listener(event.change)).catch(onFailure);
    } catch (error) {
      onFailure(error);
    }
  }

  /** Methods of singletons only: one made for each request has nobody to call between requests. */
  #markedMethods(): MarkedMethod[] {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const owners = new Map<object, boolean>();
    for (const wrapper of wrappers) {
      const instance: unknown = wrapper.instance;
      if (typeof instance === 'object' && instance !== null)
        owners.set(instance, wrapper.isDependencyTreeStatic());
    }
    return [...owners].flatMap(([owner, isSingleton]) => this.#methodsOf(owner, isSingleton));
  }

  #methodsOf(owner: object, isSingleton: boolean): MarkedMethod[] {
    const prototype = Object.getPrototypeOf(owner) as Record<string, Listener> | null;
    if (prototype === null) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((methodName) => {
      const method = prototype[methodName];
      const interest = method && this.reflector.get<ChangeInterest | undefined>(ON_INSTANCE_CHANGE, method);
      if (method === undefined || interest === undefined) return [];
      const name = `${owner.constructor.name}.${methodName}`;
      if (!isSingleton) {
        this.#logger.error(
          `${name} is never called: @OnInstanceChange needs a provider in the default scope`,
        );
        return [];
      }
      return [{ name, interest, listener: method.bind(owner) }];
    });
  }
}
