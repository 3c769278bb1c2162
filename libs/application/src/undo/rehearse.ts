import {
  aggregateKey,
  APPLICATION_SCHEMA_KEY,
  type ConfigSchemaView,
  describeProblems,
  parseAggregateKey,
  recordProblems,
  type RegistryEvent,
  SHARED_APPLICATION,
  viewKeyOf,
} from '#contracts';
import { foldEvent, type FoldEntry, isForgotten, joinEntry, ViewTable } from '#domain';
import { wholeProblem } from '../config/across-keys.js';
import { standingProblems } from '../config/config-schemas.js';
import { configRefusal, schemasIn } from '../config/refusal.js';
import type { History } from '../history/history.js';
import type { UndoItem } from './undo-item.js';
import type { UndoScan, UndoSkip } from './undo-scan.js';

interface Rehearsal {
  readonly history: Pick<History, 'entriesAt'>;
  readonly scan: Pick<UndoScan, 'standing'>;
  readonly items: readonly UndoItem[];
  readonly namespace: string;
  readonly position: number;
  /** When the events would be stored, about. */
  readonly atMs: number;
}

/**
 * Folds the compensating events as the view will, before anything is written: an event that it would refuse, or that
 * would change nothing, is left out of the plan.
 */
export async function rehearse(rehearsal: Rehearsal, skips: UndoSkip[]): Promise<UndoItem[]> {
  const stage = new Stage(rehearsal);
  const kept: UndoItem[] = [];
  for (const item of rehearsal.items) {
    const why = stage.play(item);
    if (why === undefined) kept.push(item);
    else skips.push(...skipsOf(item, why));
  }
  return withoutBrokenConfig(rehearsal, stage, kept, skips);
}

class Stage {
  readonly #played = new Map<string, FoldEntry>();
  #sequence: number;

  constructor(private readonly rehearsal: Rehearsal) {
    this.#sequence = rehearsal.position;
  }

  readonly standing = (key: string): FoldEntry | undefined =>
    this.#played.get(key) ?? this.rehearsal.scan.standing(key);

  get played(): ReadonlyMap<string, FoldEntry> {
    return this.#played;
  }

  /** Why an item has no effect; undefined when it has. */
  play({ events, subject }: UndoItem): string | undefined {
    const tried = new Map<string, FoldEntry>();
    for (const compensating of events) {
      this.#sequence += 1;
      const { aggregate, data } = compensating;
      const problems = recordProblems(aggregate.kind, data);
      if (problems.length > 0)
        return `what it said before is no longer accepted: ${describeProblems(problems)}`;
      const id = `rehearsal-${this.#sequence}`;
      const event = {
        ...compensating,
        id,
        sequence: this.#sequence,
        atMs: this.rehearsal.atMs,
      } as RegistryEvent;
      const key = viewKeyOf(aggregate);
      const standing = (other: string): FoldEntry | undefined => tried.get(other) ?? this.standing(other);
      const held = standing(key);
      const isOfLife = aggregate.kind === 'instance' || aggregate.kind === 'verdict';
      if (isOfLife && held !== undefined && isForgotten(held, this.rehearsal.atMs))
        return 'it left more than a day ago, and the registry has forgotten it: register it again';
      const refusal = configRefusal(event, standing);
      if (refusal !== undefined) return `what it said before is no longer accepted: ${refusal.reason}`;
      const step = foldEvent(held, event);
      if (step.kind === 'refused') return `the view would refuse it: ${step.rejection.reason}`;
      if (step.kind === 'changed') tried.set(key, step.entry);
      else if (aggregateKey(aggregate) === subject) return 'it would change nothing';
    }
    for (const [key, entry] of tried) this.#played.set(key, entry);
    return undefined;
  }
}

/** Rules that look at several keys, and at values that stand: config that would break them stays as it is. */
async function withoutBrokenConfig(
  rehearsal: Rehearsal,
  stage: Stage,
  items: readonly UndoItem[],
  skips: UndoSkip[],
): Promise<UndoItem[]> {
  let kept = [...items];
  for (const application of new Set(kept.flatMap(applicationOf))) {
    const why = await problemOf(rehearsal, stage, application);
    if (why === undefined) continue;
    for (const item of kept) if (applicationOf(item)[0] === application) skips.push(...skipsOf(item, why));
    kept = kept.filter((item) => applicationOf(item)[0] !== application);
  }
  return kept;
}

async function problemOf(
  { history, namespace, position }: Rehearsal,
  stage: Stage,
  application: string,
): Promise<string | undefined> {
  const table = new ViewTable();
  for (const owner of new Set([application, SHARED_APPLICATION])) {
    const entries = await history.entriesAt(position, { namespace, application: owner });
    for (const [key, entry] of entries) table.put(key, entry);
  }
  for (const [key, entry] of stage.played) {
    const aggregate = parseAggregateKey(key);
    if (aggregate !== undefined && 'application' in aggregate) table.put(key, joinEntry(entry));
  }
  const place = { namespace, application };
  const whole = schemasIn((key) => table.get(key)?.entry).schema(
    namespace,
    application,
    APPLICATION_SCHEMA_KEY,
  );
  const problem = whole === undefined ? undefined : wholeProblem(place, [], table, whole);
  if (problem !== undefined) return `the config of "${application}" would not meet its schema: ${problem}`;
  const broken = [...stage.played].flatMap(([key, entry]) => {
    const aggregate = parseAggregateKey(key);
    if (aggregate?.kind !== 'config-schema' || aggregate.application !== application) return [];
    const { schema, departure } = joinEntry(entry).record as ConfigSchemaView;
    return schema === undefined || departure !== undefined
      ? []
      : standingProblems({ table }, place, aggregate.key, schema);
  });
  return broken.length === 0
    ? undefined
    : `values that stand now would break the schema: ${broken.slice(0, 3).join('; ')}`;
}

function applicationOf({ events }: UndoItem): string[] {
  const { aggregate } = events[0];
  return 'application' in aggregate ? [aggregate.application] : [];
}

function skipsOf({ undoes, subject }: UndoItem, why: string): UndoSkip[] {
  return undoes.map((sequence) => ({ sequence, subject, why }));
}
