import type { ConfigGrayRecord } from './config-gray.js';
import type { ConfigOverrideRecord } from './config-override.js';
import type { ConfigScheduleRecord } from './config-schedule.js';
import type { ConfigSchemaRecord } from './config-schema.js';
import type { ConfigRecord } from './config.js';
import type { FieldProblem } from './rules.js';

/** A key has a value and says how it is read, unless it is deleted: then neither. */
export function configRuleProblems(record: ConfigRecord): FieldProblem[] {
  return [...contentProblems(record, ''), ...changeSetProblems(record)];
}

function changeSetProblems({ changeSet }: ConfigRecord): FieldProblem[] {
  if (changeSet === undefined || changeSet.index < changeSet.count) return [];
  const problem = `${changeSet.index} is not below the count, ${changeSet.count}`;
  return [{ path: 'changeSet.index', problem }];
}

interface Content {
  readonly contentType?: unknown;
  readonly value?: unknown;
  readonly deleted?: boolean;
}

function contentProblems(content: Content, above: string): FieldProblem[] {
  const isDeleted = content.deleted === true;
  return (['contentType', 'value'] as const)
    .filter((field) => (content[field] === undefined) !== isDeleted)
    .map((field) => ({
      path: above + field,
      problem: isDeleted ? 'is given although the key is deleted' : 'is missing',
    }));
}

export function overrideRuleProblems({ overrides, removed }: ConfigOverrideRecord): FieldProblem[] {
  const isRemoved = removed === true;
  if (isRemoved !== (overrides.length === 0)) {
    return [{ path: 'overrides', problem: isRemoved ? 'must be empty when removed' : 'is empty' }];
  }
  const seen = new Set<string>();
  return overrides.flatMap(({ name }, index) => {
    const isTwice = seen.has(name);
    seen.add(name);
    return isTwice ? [{ path: `overrides.${index}.name`, problem: `"${name}" appears twice` }] : [];
  });
}

export function schemaRuleProblems({ schema, removed }: ConfigSchemaRecord): FieldProblem[] {
  if ((schema === undefined) === (removed === true)) return [];
  return [
    { path: 'schema', problem: schema === undefined ? 'is missing' : 'is given although it is removed' },
  ];
}

export function grayRuleProblems({ to }: ConfigGrayRecord): FieldProblem[] {
  if (to.match !== undefined || to.percent !== undefined) return [];
  return [{ path: 'to', problem: 'names neither a match nor a percent' }];
}

export function scheduleRuleProblems({ changes }: ConfigScheduleRecord): FieldProblem[] {
  const seen = new Set<string>();
  return changes.flatMap((change, index) => {
    const problems = contentProblems(change, `changes.${index}.`);
    if (seen.has(change.key)) {
      problems.push({ path: `changes.${index}.key`, problem: `"${change.key}" appears twice` });
    }
    seen.add(change.key);
    return problems;
  });
}
