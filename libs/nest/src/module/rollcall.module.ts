import { type DynamicModule, Module } from '@nestjs/common';
import { APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { RollcallClient } from '#client';
import { DeadlineInterceptor } from '../calls/deadline.interceptor.js';
import { serviceProviders } from '../calls/inject-service.js';
import { ChangeExplorer } from '../changes/change-explorer.js';
import { MarkedMethods } from '../changes/marked-methods.js';
import { RollcallLifecycle } from '../lifecycle/rollcall-lifecycle.js';
import { connectClient } from './connect.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  type OPTIONS_TYPE,
} from './definition.js';

/**
 * Registers the app with Rollcall and gives it a `RollcallClient` to inject, everywhere.
 *
 * ```ts
 * RollcallModule.forRoot({ url: 'nats://127.0.0.1:4222', register: { service: 'orders', version: '1.0.0' } })
 * ```
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: RollcallClient, useFactory: connectClient, inject: [MODULE_OPTIONS_TOKEN] },
    RollcallLifecycle,
    MarkedMethods,
    ChangeExplorer,
    { provide: APP_INTERCEPTOR, useClass: DeadlineInterceptor },
  ],
  exports: [RollcallClient, RollcallLifecycle],
})
export class RollcallModule extends ConfigurableModuleClass {
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return withServices(super.forRoot(options), Object.keys(options.services ?? {}));
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return withServices(super.forRootAsync(options), []);
  }
}

/** With a caller for each service that the classes loaded so far ask for by `@InjectService`. */
function withServices(definition: DynamicModule, named: readonly string[]): DynamicModule {
  const providers = serviceProviders(named);
  return {
    ...definition,
    providers: [...(definition.providers ?? []), ...providers],
    exports: [...(definition.exports ?? []), ...providers.map((provider) => tokenOf(provider))],
  };
}

const tokenOf = (provider: ReturnType<typeof serviceProviders>[number]) =>
  'provide' in provider ? provider.provide : provider;
