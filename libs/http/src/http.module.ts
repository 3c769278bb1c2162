import { type DynamicModule, Module } from '@nestjs/common';
import { HealthController } from './health/health.controller.js';
import { HTTP_PARTS, type HttpParts } from './http-parts.js';
import { OperatorController } from './operate/operator.controller.js';
import { InstancesController } from './read/instances.controller.js';
import { ServicesController } from './read/services.controller.js';
import { RegistrationController } from './write/registration.controller.js';

/** The HTTP API over the parts a process has. */
@Module({})
export class HttpModule {
  static register(parts: HttpParts): DynamicModule {
    return {
      module: HttpModule,
      controllers: [
        HealthController,
        ServicesController,
        InstancesController,
        RegistrationController,
        OperatorController,
      ],
      providers: [{ provide: HTTP_PARTS, useValue: parts }],
    };
  }
}
