import {
  configRuleProblems,
  grayRuleProblems,
  overrideRuleProblems,
  scheduleRuleProblems,
  schemaRuleProblems,
} from './config-rules.js';
import { type FieldProblem, instanceRuleProblems } from './rules.js';
import type { RecordKind } from './schemas.js';

type Rule = (record: never) => FieldProblem[];

/** Rules between the fields of a record, which neither decorators nor JSON Schema can say. */
export const recordRules: Readonly<Partial<Record<RecordKind, Rule>>> = {
  instance: instanceRuleProblems,
  config: configRuleProblems,
  'config-override': overrideRuleProblems,
  'config-schema': schemaRuleProblems,
  'config-gray': grayRuleProblems,
  'config-schedule': scheduleRuleProblems,
};
