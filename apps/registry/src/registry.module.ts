import { type DynamicModule, Module } from '@nestjs/common';
import { Reader } from '#application';
import { HttpModule } from '#http';
import { packageVersion, Readiness, type ServerLog, type Settings } from '#platform';
import { addNodeChecks, RegistryNode } from '#server';

/** Everything this process is made of. */
export interface RegistryParts {
  readonly node: RegistryNode;
  readonly readiness: Readiness;
  readonly reader: Reader;
}

/** The wiring: which adapters stand behind which ports. */
export function registryParts(settings: Settings, log: ServerLog): RegistryParts {
  const node = new RegistryNode({ name: 'rollcall-registry', settings, log, watches: true });
  const readiness = new Readiness();
  addNodeChecks(readiness, node);
  return { node, readiness, reader: new Reader(() => node.view) };
}

@Module({})
export class RegistryModule {
  static over({ node, readiness, reader }: RegistryParts, log: ServerLog): DynamicModule {
    const version = packageVersion();
    const http = HttpModule.register({
      reader,
      readiness,
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
