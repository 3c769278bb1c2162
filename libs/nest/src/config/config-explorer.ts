import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { LiveConfig } from '#client';
import { MarkedMethods } from '../changes/marked-methods.js';
import { type ConfigClass, type ConfigInterest, ON_CONFIG_CHANGE } from './config-key.decorator.js';

/** The live config behind each class that is bound in this app, and the methods that hear of its changes. */
@Injectable()
export class ConfigExplorer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #configs = new Map<ConfigClass, LiveConfig>();

  constructor(@Inject(MarkedMethods) private readonly marked: MarkedMethods) {}

  add(type: ConfigClass, config: LiveConfig): void {
    this.#configs.set(type, config);
  }

  /** The live config a class is bound to: where values come from, what was refused, whether it is stale. */
  of(type: ConfigClass): LiveConfig {
    const config = this.#configs.get(type);
    if (config === undefined)
      throw new Error(`${type.name} is not bound: import RollcallConfigModule.forFeature(${type.name})`);
    return config;
  }

  onApplicationBootstrap(): void {
    for (const { interest, call } of this.marked.find<ConfigInterest>(ON_CONFIG_CHANGE, '@OnConfigChange')) {
      const config = this.of(interest.type);
      if (interest.key === undefined) config.onChange(call);
      else config.onKey(interest.key, call);
    }
  }

  onApplicationShutdown(): void {
    for (const config of this.#configs.values()) config.close();
  }
}
