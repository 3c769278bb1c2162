import { type StreamNames, type Subjects } from '#contracts';
import { applicationId, effectiveKinds, serviceId } from '#domain';

/**
 * Which part of the view somebody wants: everything, the services of one namespace, or named ones. Config comes with
 * everything; else only that of the applications that are named.
 */
export interface ViewScope {
  readonly namespace?: string;
  /** Absent: all of the namespace. */
  readonly services?: readonly string[];
  /** Applications whose config is wanted: values, overrides and gray releases. Absent: none. */
  readonly applications?: readonly string[];
}

/** Everything there is: what a server follows. */
const everything = [
  '*.instance.*.*',
  '*.service.*',
  '*.protection.*',
  '*.config.*.*',
  '*.config-override.*.*',
  '*.config-schema.*.*',
  '*.config-gray.*.*',
  '*.config-schedule.*.*',
  '*.config-rollout.*.*',
];

/** Key patterns of a scope, in NATS wildcards, e.g. `default.instance.payments.*`. */
export function keyPatterns({ namespace, services, applications = [] }: ViewScope): string[] {
  if (namespace === undefined) return everything;
  const config = applications.flatMap((application) =>
    effectiveKinds.map((kind) => `${namespace}.${kind}.${application}.*`),
  );
  return [...servicePatterns(namespace, services), ...config];
}

function servicePatterns(namespace: string, services: readonly string[] | undefined): string[] {
  if (services === undefined)
    return [`${namespace}.instance.*.*`, `${namespace}.service.*`, `${namespace}.protection.*`];
  return services.flatMap((service) => [
    `${namespace}.instance.${service}.*`,
    `${namespace}.service.${service}`,
    `${namespace}.protection.${service}`,
  ]);
}

/** Discovery subjects to subscribe to, and bucket subjects to take a snapshot of. */
export function scopeSubjects(scope: ViewScope, subjects: Subjects, streams: StreamNames) {
  const patterns = keyPatterns(scope);
  const discovery = subjects.discoveryAll.slice(0, -1);
  return {
    live: patterns.map((pattern) => discovery + pattern),
    stored: patterns.map((pattern) => streams.viewSubjects + pattern),
  };
}

/** Whether a sum in a beacon concerns a scope. */
export function isSumInScope(id: string, { namespace, services, applications = [] }: ViewScope): boolean {
  if (namespace === undefined) return true;
  if (!id.startsWith(`${namespace}/`)) return false;
  if (id.startsWith(applicationId(namespace, ''))) {
    return applications.some((application) => applicationId(namespace, application) === id);
  }
  return services === undefined || services.some((service) => serviceId(namespace, service) === id);
}
