import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { RollcallClient, type Watch } from '#client';
import { keepTrying } from '../lifecycle/keep-trying.js';
import { type MarkedMethod, MarkedMethods } from './marked-methods.js';
import { type ChangeInterest, ON_INSTANCE_CHANGE } from './on-instance-change.decorator.js';

/** Keeps the methods marked with `@OnInstanceChange` told. */
@Injectable()
export class ChangeExplorer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Rollcall');
  readonly #watches: Watch[] = [];
  #isStopped = false;

  constructor(
    @Inject(MarkedMethods) private readonly marked: MarkedMethods,
    @Inject(RollcallClient) private readonly client: RollcallClient,
  ) {}

  onApplicationBootstrap(): void {
    for (const method of this.marked.find<ChangeInterest>(ON_INSTANCE_CHANGE, '@OnInstanceChange')) {
      this.#follow(method).catch((error: Error) => this.#logger.error(`${method.name}: ${error.message}`));
    }
  }

  onApplicationShutdown(): void {
    this.#isStopped = true;
    for (const watch of this.#watches) watch.close();
  }

  async #follow({ name, interest, call }: MarkedMethod<ChangeInterest>): Promise<void> {
    const watch = await keepTrying({
      step: () =>
        this.client.watch(interest, (event) => {
          if (event.type === 'change') call(event.change);
        }),
      onFailure: (error) => this.#logger.warn(`${name}: ${error.message}`),
      isGivenUp: () => this.#isStopped,
    });
    if (watch !== undefined) this.#watches.push(watch);
  }
}
