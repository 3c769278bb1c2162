import { type DynamicModule, Module } from '@nestjs/common';
import { Reader } from '#application';
import { HttpModule } from '#http';
import { type Metrics, packageVersion, Readiness, type ServerLog, type Settings } from '#platform';
import { addNodeChecks, nodeMetrics, RegistryNode } from '#server';

/** Everything this process is made of. */
export interface RegistryParts {
  readonly node: RegistryNode;
  readonly readiness: Readiness;
  readonly reader: Reader;
  readonly metrics: Metrics;
}

/** The wiring: which adapters stand behind which ports. */
export function registryParts(settings: Settings, log: ServerLog): RegistryParts {
  const metrics = nodeMetrics(() => node);
  const { onFolded } = metrics;
  const node = new RegistryNode({
    name: 'rollcall-registry',
    settings,
    log,
    watches: true,
    answers: true,
    onFolded,
  });
  const readiness = new Readiness();
  addNodeChecks(readiness, node);
  return { node, readiness, metrics, reader: new Reader(() => node.view) };
}

@Module({})
export class RegistryModule {
  static over({ node, readiness, reader, metrics }: RegistryParts, log: ServerLog): DynamicModule {
    const version = packageVersion();
    const http = HttpModule.register({
      reader,
      readiness,
      metrics,
      log,
      version,
      writer: () => node.writers().registrar,
      bulk: () => node.writers().bulk,
      operator: () => node.writers().operator,
      renewer: () => node.writers().renewer,
      watching: () => node.watching(),
      story: (names) => node.story(names),
    });
    return { module: RegistryModule, imports: [http] };
  }
}
