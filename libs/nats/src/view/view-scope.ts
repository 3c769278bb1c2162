import { type StreamNames, type Subjects } from '#contracts';
import { serviceId } from '#domain';

/** Which part of the view somebody wants: everything, one namespace, or named services of it. */
export interface ViewScope {
  readonly namespace?: string;
  readonly services?: readonly string[];
}

/** Key patterns of a scope, in NATS wildcards, e.g. `default.instance.payments.*`. */
export function keyPatterns({ namespace, services }: ViewScope): string[] {
  if (namespace === undefined) return ['*.instance.*.*', '*.service.*', '*.protection.*'];
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

/** Whether a service's sum in a beacon concerns a scope. */
export function isServiceInScope(id: string, { namespace, services }: ViewScope): boolean {
  if (namespace === undefined) return true;
  if (!id.startsWith(`${namespace}/`)) return false;
  return services === undefined || services.some((service) => serviceId(namespace, service) === id);
}
