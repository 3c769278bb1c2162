import { randomUUID } from 'node:crypto';
import { aggregateKey, type InstanceView } from '#contracts';
import {
  BulkRegistrar,
  ConfigService,
  type InstanceNames,
  LeaseRenewer,
  Operator,
  Registrar,
  type History,
  UndoService,
} from '#application';
import { JetStreamBeatSender, type Projection, type RegistryStore } from '#jetstream';

/** Everything in a process that writes to the registry on somebody's behalf. */
export interface Writers {
  readonly registrar: Registrar;
  readonly bulk: BulkRegistrar;
  readonly operator: Operator;
  readonly renewer: LeaseRenewer;
  readonly config: ConfigService;
  readonly undo: UndoService;
  close(): void;
}

export function openWriters(
  store: RegistryStore,
  { table, follower }: Projection,
  history: History,
): Writers {
  const identity = { newId: () => randomUUID(), nowIso: () => new Date().toISOString() };
  const known = (key: string): InstanceView | undefined =>
    table.get(key)?.entry.record as InstanceView | undefined;
  const knownByNames = ({ namespace, service, instance }: InstanceNames): InstanceView | undefined =>
    known(aggregateKey({ kind: 'instance', namespace, service, instance }));
  const beats = new JetStreamBeatSender(store);
  const registrar = new Registrar(store.journal, identity, known);
  return {
    registrar,
    bulk: new BulkRegistrar(store.journal, identity, known, registrar),
    operator: new Operator(store.journal, identity, knownByNames),
    renewer: new LeaseRenewer(beats, knownByNames),
    config: new ConfigService({ journal: store.journal, identity, view: () => follower }),
    undo: new UndoService({ journal: store.journal, history, identity, nowMs: () => Date.now() }),
    close: () => beats.close(),
  };
}
