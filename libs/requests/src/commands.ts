import { quote, RollcallError, type ServicePolicyRecord } from '#contracts';
import {
  type Actor,
  type BulkItem,
  type BulkRegistrar,
  type ConfigService,
  type InstanceNames,
  type LeaseRenewer,
  objectBody,
  type Operator,
  overrideBody,
  registerItems,
  type Registrar,
  registrationOf,
  undoAsked,
  undoFields,
  type UndoService,
} from '#application';
import { changeableFields } from '#domain';
import { checkFields, type Input, nameIn } from './input.js';

/** Everything that writes on somebody's behalf. */
export interface CommandWriters {
  readonly registrar: Pick<Registrar, 'register' | 'update' | 'deregister'>;
  readonly bulk: BulkRegistrar;
  readonly operator: Operator;
  readonly renewer: LeaseRenewer;
  readonly config: ConfigService;
  readonly undo: UndoService;
}

/** Does one kind of thing; resolves when it is stored, with what is to be answered. */
export type Command = (writers: CommandWriters, input: Input, by: Actor) => Promise<object>;

/** What can be done on `rollcall.v1.command.<name>`. Every one also takes `actor`, `reason` and `traceparent`. */
export const commands: Readonly<Record<string, Command>> = {
  /** The fields of the record, with its names. */
  register: ({ registrar }, input, by) => {
    const { names, rest } = namesIn(input);
    return registrar.register(registrationOf(names, rest), by);
  },

  /** Many at once: `{namespace, instances: [...]}`. */
  bulk: async ({ bulk }, input, by) => {
    checkFields(input, ['namespace', 'instances']);
    const results = await registerItems(bulk, nameIn(input, 'namespace'), input['instances'], by);
    const failed = results.filter(({ error }) => error !== undefined).length;
    return { registered: results.length - failed, failed, results: results.map(shown) };
  },

  /** The fields that change; null takes one away. */
  update: ({ registrar }, input, by) => {
    const { names, rest } = namesIn(input);
    return registrar.update(names, objectBody(rest, changeableFields), by);
  },

  deregister: ({ registrar }, input, by) => registrar.deregister(onlyNames(input), by),

  /** Renews a lease, for those who do not send heartbeats themselves; with `incarnation`, of that one alone. */
  renew: ({ renewer }, input) => {
    const { names, rest } = namesIn(input);
    checkFields(rest, ['incarnation']);
    return renewer.renew(names, incarnationIn(rest));
  },

  /** `status` and `weight`, null lifts. */
  override: async ({ operator }, input, by) => {
    const { names, rest } = namesIn(input);
    const { status, weight } = overrideBody(rest);
    return { sequence: await operator.override(names, { status, weight }, by) };
  },

  lift: async ({ operator }, input, by) => ({ sequence: await operator.lift(onlyNames(input), by) }),

  evict: async ({ operator }, input, by) => ({ sequence: await operator.evict(onlyNames(input), by) }),

  policy: async ({ operator }, input, by) => {
    const { namespace: _namespace, service: _service, ...rest } = input;
    const names = { namespace: nameIn(input, 'namespace'), service: nameIn(input, 'service') };
    const policy = {
      ...objectBody(rest, ['description', 'metadata', 'protection']),
      ...names,
    } as ServicePolicyRecord;
    return { sequence: await operator.setPolicy(policy, by) };
  },

  /** A preview, or with `apply: true` the thing itself. What somebody else did is asked for with `of`. */
  undo: ({ undo }, input, by) => {
    const { namespace: _namespace, of, ...rest } = input;
    const allowed = undoFields.filter((name) => name !== 'actor');
    const body = { ...objectBody(rest, allowed), ...(of === undefined ? {} : { actor: of }) };
    return undoAsked(undo, nameIn(input, 'namespace'), body, by);
  },
};

function namesIn(input: Input): { readonly names: InstanceNames; readonly rest: Input } {
  const { namespace: _namespace, service: _service, instance: _instance, ...rest } = input;
  const [namespace, service] = [nameIn(input, 'namespace'), nameIn(input, 'service')];
  return { names: { namespace, service, instance: nameIn(input, 'instance') }, rest };
}

function onlyNames(input: Input): InstanceNames {
  const { names, rest } = namesIn(input);
  checkFields(rest, []);
  return names;
}

function incarnationIn({ incarnation }: Input): number | undefined {
  if (incarnation === undefined) return undefined;
  if (Number.isSafeInteger(incarnation) && (incarnation as number) > 0) return incarnation as number;
  const text = `incarnation ${quote(incarnation)} is not a positive whole number`;
  throw new RollcallError('ROLLCALL_RECORD_INVALID', text);
}

function shown({ error, ...item }: BulkItem) {
  if (error === undefined) return item;
  const { code, what, action, retryable, details } = error;
  return { ...item, error: { code, what, action, retryable, details } };
}
