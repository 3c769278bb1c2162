import {
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Logger,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { type ClientOptions, type ConfigOptions, type LiveConfig, openConfig, RollcallClient } from '#client';
import { MarkedMethods } from '../changes/marked-methods.js';
import { ConfigBinding } from './config-binding.js';
import { ConfigExplorer } from './config-explorer.js';
import type { ConfigClass } from './config-key.decorator.js';

export interface ConfigFeature extends ConfigOptions {
  /** Whose config it is. */
  readonly application: string;
}

const CONNECTION = Symbol('rollcall:config-connection');

/** A connection of the config's own, which may come late. */
@Injectable()
class ConfigConnection implements OnApplicationShutdown {
  readonly #logger = new Logger('Rollcall');
  readonly #client: Promise<RollcallClient>;
  #isConnected = false;

  constructor(@Inject(CONNECTION) private readonly options: ClientOptions) {
    const onTrouble = (error: Error): void => this.#logger.warn(error.message);
    this.#client = RollcallClient.connect({ onTrouble, ...options, connectTimeoutMs: 0 });
    this.#client.then(
      () => (this.#isConnected = true),
      (error: Error) => this.#logger.error(error.message),
    );
  }

  open(application: string, options: ConfigOptions): Promise<LiveConfig> {
    const { namespace = 'default', env } = this.options;
    const onTrouble = (error: Error): void => this.#logger.warn(error.message);
    const home = this.#client.then(({ configHome }) => configHome);
    return openConfig(application, options, { namespace, env, onTrouble, home });
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#isConnected) await (await this.#client).close();
  }
}

@Module({
  imports: [DiscoveryModule],
  providers: [MarkedMethods, ConfigExplorer],
  exports: [ConfigExplorer],
})
class ConfigCoreModule {}

/** Binds classes to the config of an application. */
@Global()
@Module({})
export class RollcallConfigModule {
  /**
   * Gives config a connection of its own, which may come late: with `lastGoodFile` a service then starts while the
   * broker is away. Without `forRoot`, the connection of `RollcallModule` is used.
   */
  static forRoot(options: ClientOptions = {}): DynamicModule {
    return {
      module: RollcallConfigModule,
      global: true,
      providers: [{ provide: CONNECTION, useValue: options }, ConfigConnection],
      exports: [ConfigConnection],
    };
  }

  /**
   * Makes a class injectable whose properties are config values (`@ConfigKey`), checked with class-validator and kept
   * up to date in place. What does not validate is refused and reported, and the last good values stay.
   *
   * ```ts
   * RollcallConfigModule.forFeature(PaymentsConfig, { application: 'payments' })
   * ```
   */
  static forFeature<Config extends object>(type: ConfigClass<Config>, feature: ConfigFeature): DynamicModule {
    const useFactory = async (
      explorer: ConfigExplorer,
      own: ConfigConnection | undefined,
      client: RollcallClient | undefined,
    ): Promise<Config> => {
      const { application, ...options } = feature;
      const binding = new ConfigBinding(type);
      const validate: ConfigOptions['validate'] = (values) => [
        ...binding.problems(values),
        ...(options.validate?.(values) ?? []),
      ];
      const checked = { onRejected: tellRejected(application), ...options, validate };
      const opened =
        own === undefined ? client?.config(application, checked) : own.open(application, checked);
      if (opened === undefined)
        throw new Error('import RollcallModule.forRoot() or RollcallConfigModule.forRoot()');
      const config = await opened;
      binding.apply(config.values);
      config.onChange(() => binding.apply(config.values));
      explorer.add(type, config);
      return binding.instance;
    };
    const inject = [
      ConfigExplorer,
      { token: ConfigConnection, optional: true },
      { token: RollcallClient, optional: true },
    ];
    return {
      module: RollcallConfigModule,
      imports: [ConfigCoreModule],
      providers: [{ provide: type, useFactory, inject }],
      exports: [type, ConfigCoreModule],
    };
  }
}

function tellRejected(application: string): NonNullable<ConfigOptions['onRejected']> {
  const logger = new Logger('Rollcall');
  return (rejections) => {
    if (rejections.length === 0) logger.log(`config of ${application}: nothing is refused any more`);
    for (const { key, revision, reason } of rejections) {
      logger.warn(`config of ${application}: ${key} at revision ${revision} is refused: ${reason}`);
    }
  };
}
