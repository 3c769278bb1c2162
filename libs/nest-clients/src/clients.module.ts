import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { RollcallClient } from '#client';
import { RollcallClientProxy } from './message-proxy.js';
import type { MessageClient } from './options.js';

/**
 * Nest's `ClientsModule`, with a service in place of an address. Needs `RollcallModule.forRoot()` in the app.
 *
 * ```ts
 * RollcallClientsModule.register([{ name: 'PAYMENTS', service: 'payments' }])
 * ```
 */
@Module({})
export class RollcallClientsModule {
  static register(clients: readonly MessageClient[]): DynamicModule {
    const providers: Provider[] = clients.map(({ name, service, ...options }) => ({
      provide: name,
      useFactory: (client: RollcallClient) => new RollcallClientProxy(client, service, options),
      inject: [RollcallClient],
    }));
    return { module: RollcallClientsModule, providers, exports: providers };
  }
}
