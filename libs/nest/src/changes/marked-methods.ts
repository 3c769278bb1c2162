import { Inject, Injectable, Logger } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';

type AnyMethod = (...facts: never[]) => unknown;

/** A method somebody marked by a decorator, bound to the one object it belongs to. */
export interface MarkedMethod<Interest> {
  readonly name: string;
  readonly interest: Interest;
  /** Calls it; what it throws is logged. */
  readonly call: (...facts: unknown[]) => void;
}

/** Finds the methods of all providers and controllers that carry a mark. */
@Injectable()
export class MarkedMethods {
  readonly #logger = new Logger('Rollcall');

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /**
   * Methods of singletons only: one made for each request has nobody to call between requests.
   * @param decorator what the mark is called, for those who put it where it never works
   */
  find<Interest>(mark: symbol, decorator: string): MarkedMethod<Interest>[] {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const owners = new Map<object, boolean>();
    for (const wrapper of wrappers) {
      const instance: unknown = wrapper.instance;
      if (typeof instance === 'object' && instance !== null)
        owners.set(instance, wrapper.isDependencyTreeStatic());
    }
    return [...owners].flatMap(([owner, isSingleton]) =>
      this.#methodsOf<Interest>(owner, mark).flatMap((method) => {
        if (isSingleton) return [method];
        this.#logger.error(
          `${method.name} is never called: ${decorator} needs a provider in the default scope`,
        );
        return [];
      }),
    );
  }

  #methodsOf<Interest>(owner: object, mark: symbol): MarkedMethod<Interest>[] {
    const prototype = Object.getPrototypeOf(owner) as Record<string, AnyMethod> | null;
    if (prototype === null) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((methodName) => {
      const method = prototype[methodName];
      const interest = method && this.reflector.get<Interest | undefined>(mark, method);
      if (method === undefined || interest === undefined) return [];
      const name = `${owner.constructor.name}.${methodName}`;
      return [{ name, interest, call: this.#safely(name, method.bind(owner)) }];
    });
  }

  #safely(name: string, method: AnyMethod): (...facts: unknown[]) => void {
    const onFailure = (error: unknown): void =>
      this.#logger.error(`${name} failed`, error instanceof Error ? error.stack : String(error));
    return (...facts) => {
      try {
        void Promise.resolve(method(...(facts as never[]))).catch(onFailure);
      } catch (error) {
        onFailure(error);
      }
    };
  }
}
