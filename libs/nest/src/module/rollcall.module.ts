import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { RollcallClient } from '#client';
import { ChangeExplorer } from '../changes/change-explorer.js';
import { RollcallLifecycle } from '../lifecycle/rollcall-lifecycle.js';
import { connectClient } from './connect.js';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } from './definition.js';

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
    ChangeExplorer,
  ],
  exports: [RollcallClient, RollcallLifecycle],
})
export class RollcallModule extends ConfigurableModuleClass {}
