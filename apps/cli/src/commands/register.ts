import { limits, quote, type Status } from '#contracts';
import type { RegistrationInput } from '#application';
import { leaseOf } from '../input/duration.js';
import { endpointOf } from '../input/endpoint.js';
import { instanceNamesOf } from '../input/names.js';
import { usage } from '../input/usage.js';
import { print, printJson, remark } from '../output/print.js';
import type { Command } from './command.js';
import { actorOf, registrarFor } from './registrar.js';

interface Options {
  readonly version: string;
  readonly endpoint: readonly string[];
  readonly lease: string;
  readonly status: string;
  readonly zone?: string;
  readonly region?: string;
  readonly weight?: string;
  readonly tag: readonly string[];
  readonly meta: readonly string[];
  readonly reason?: string;
  readonly actor?: string;
}

export const register: Command<Options, [service: string, instance: string | undefined]> = async (
  { session, namespace, json },
  options,
  service,
  instance,
) => {
  const names = instanceNamesOf(namespace, service, instance);
  const input = inputOf(names, options);
  checkReason(options.reason);
  const registrar = await registrarFor(session, names);
  const { sequence, incarnation } = await registrar.register(input, actorOf(options));
  remark(leaseRemark(input.leaseMs));
  if (json) printJson({ ...names, sequence, incarnation });
  else
    print(
      `registered ${names.service}/${names.instance} as incarnation ${incarnation}, sequence ${sequence}`,
    );
};

function inputOf(names: ReturnType<typeof instanceNamesOf>, options: Options): RegistrationInput {
  const { version, status, zone, region, weight, tag, meta } = options;
  return {
    ...names,
    version,
    // Anything else is refused, with what is allowed, by the check of the record.
    status: status as Status,
    endpoints: options.endpoint.map(endpointOf),
    leaseMs: leaseOf(options.lease),
    ...(zone === undefined ? {} : { zone }),
    ...(region === undefined ? {} : { region }),
    ...(weight === undefined ? {} : { weight: Number(weight) }),
    ...(tag.length === 0 ? {} : { tags: [...tag] }),
    ...(meta.length === 0 ? {} : { metadata: Object.fromEntries(meta.map(pairOf)) }),
  };
}

function pairOf(text: string): [string, string] {
  const cut = text.indexOf('=');
  if (cut < 1) throw usage(`metadata ${quote(text)} is not key=value`);
  return [text.slice(0, cut), text.slice(cut + 1)];
}

export function checkReason(reason: string | undefined): void {
  if (reason === undefined || reason.length <= limits.reasonLengthMax) return;
  throw usage(`the reason has ${reason.length} characters; at most ${limits.reasonLengthMax} are allowed`);
}

function leaseRemark(leaseMs: number): string {
  return leaseMs === 0
    ? 'without a lease: a command that ends sends no heartbeats, so the instance stays until it is deregistered'
    : `with a lease of ${leaseMs / 1_000} s: this command sends no heartbeats, so something else must, or it expires`;
}
