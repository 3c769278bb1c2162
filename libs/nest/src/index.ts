import 'reflect-metadata';

export * from '#client';
export { OnInstanceChange } from './changes/on-instance-change.decorator.js';
export { InjectService, serviceToken } from './calls/inject-service.js';
export { ConfigExplorer } from './config/config-explorer.js';
export { ConfigKey, OnConfigChange } from './config/config-key.decorator.js';
export { type ConfigFeature, RollcallConfigModule } from './config/config.module.js';
export { RollcallLifecycle } from './lifecycle/rollcall-lifecycle.js';
export { InjectRollcall } from './module/definition.js';
export type { AppRegistration, HttpEndpoint, RollcallModuleOptions } from './module/options.js';
export { TracingInterceptor } from './tracing/tracing.interceptor.js';
export { RollcallModule } from './module/rollcall.module.js';
