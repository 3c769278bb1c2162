import { ConfigurableModuleBuilder, Inject } from '@nestjs/common';
import { RollcallClient } from '#client';
import type { RollcallModuleOptions } from './options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<RollcallModuleOptions>({ moduleName: 'Rollcall' })
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();

/** Injects the client where the compiler emits no parameter types; elsewhere the type alone does. */
export const InjectRollcall = (): ParameterDecorator => Inject(RollcallClient);
