import type { CallGraphView, ViewTable } from '#domain';
import type {
  BulkRegistrar,
  ChangeFeed,
  ConfigService,
  History,
  InstanceNames,
  KeyPlace,
  LeaseRenewer,
  Log,
  Operator,
  Reader,
  Registrar,
  Rollout,
  TimelineLine,
  UndoService,
} from '#application';

/** What makes a process ready, as a report in words. */
export interface ReadinessSource {
  report(): Promise<{
    readonly ready: boolean;
    readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
  }>;
}

/** What a process tells about itself, as text. */
export interface MetricsSource {
  readonly contentType: string;
  text(): Promise<string>;
}

/** What a process can tell of itself, whatever it does. */
export interface ProcessParts {
  readonly metrics: MetricsSource;
  readonly readiness: ReadinessSource;
  readonly log: Log;
  readonly version: string;
}

/** What the HTTP front door needs of the process it stands in. */
export interface HttpParts extends ProcessParts {
  readonly reader: Reader;
  /** @throws ROLLCALL_UNAVAILABLE when nothing can be written now */
  readonly writer: () => Pick<Registrar, 'register' | 'update' | 'deregister'>;
  /** @throws ROLLCALL_UNAVAILABLE, as `writer` does */
  readonly bulk: () => BulkRegistrar;
  /** @throws ROLLCALL_UNAVAILABLE, as `writer` does */
  readonly operator: () => Operator;
  /** @throws ROLLCALL_UNAVAILABLE, as `writer` does */
  readonly renewer: () => LeaseRenewer;
  /** @throws ROLLCALL_UNAVAILABLE, as `writer` does */
  readonly config: () => ConfigService;
  /** @throws ROLLCALL_UNAVAILABLE, as `writer` does */
  readonly undo: () => UndoService;
  /** How the last change of a config key is doing. @throws ROLLCALL_UNAVAILABLE before it is counted */
  readonly rollout: (at: KeyPlace) => Rollout;
  /** The changes of the view, and the view they are about. @throws ROLLCALL_UNAVAILABLE before it is loaded */
  readonly watching: () => { readonly feed: ChangeFeed; readonly table: ViewTable };
  /** Answers about the past. @throws ROLLCALL_UNAVAILABLE when it cannot be read now */
  readonly history: () => History;
  /** Who calls whom. @throws ROLLCALL_UNAVAILABLE before the broker is joined */
  readonly callGraph: (namespace: string) => CallGraphView;
  readonly story: (names: InstanceNames) => Promise<TimelineLine[]>;
}

/** Injection token of the parts. */
export const HTTP_PARTS = Symbol('HTTP_PARTS');
