import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigController } from './config/config.controller.js';
import { ConfigHistoryController } from './config/config-history.controller.js';
import { ConfigRulesController } from './config/config-rules.controller.js';
import { ConfigSchedulesController } from './config/config-schedules.controller.js';
import { ConfigReleaseController } from './config/config-release.controller.js';
import { ConfigTransferController } from './config/config-transfer.controller.js';
import { HealthController } from './health/health.controller.js';
import { HTTP_PARTS, type HttpParts, type ProcessParts } from './http-parts.js';
import { OperatorController } from './operate/operator.controller.js';
import { HistoryController } from './history/history.controller.js';
import { UndoController } from './history/undo.controller.js';
import { CallsController } from './read/calls.controller.js';
import { InstanceAnswers } from './read/instance-answers.js';
import { InstancesController } from './read/instances.controller.js';
import { QuickAnswers } from './read/quick-answers.js';
import { NamespacesController } from './read/namespaces.controller.js';
import { ServicesController } from './read/services.controller.js';
import { WatchController } from './watch/watch.controller.js';
import { WatchHub } from './watch/watch-hub.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { MetricsController } from './prometheus/metrics.controller.js';
import { PrometheusController } from './prometheus/prometheus.controller.js';
import { BulkController } from './write/bulk.controller.js';
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
        CallsController,
        InstancesController,
        RegistrationController,
        BulkController,
        HistoryController,
        UndoController,
        OpenApiController,
        MetricsController,
        PrometheusController,
        OperatorController,
        ConfigController,
        ConfigHistoryController,
        ConfigRulesController,
        ConfigTransferController,
        ConfigReleaseController,
        ConfigSchedulesController,
        NamespacesController,
        WatchController,
      ],
      providers: [
        { provide: HTTP_PARTS, useValue: parts },
        { provide: InstanceAnswers, useValue: new InstanceAnswers(parts.reader) },
        QuickAnswers,
        WatchHub,
      ],
    };
  }

  /** How the process is, and nothing of what the registry knows. */
  static registerWithoutApi(parts: ProcessParts): DynamicModule {
    return {
      module: HttpModule,
      controllers: [HealthController, MetricsController],
      providers: [{ provide: HTTP_PARTS, useValue: parts }],
    };
  }
}
