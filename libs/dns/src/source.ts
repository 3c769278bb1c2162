import { aggregateKey, type InstanceView } from '#contracts';
import { isPresent, type ViewTable } from '#domain';

/** Where the DNS server reads. Every call answers from memory. */
export interface DnsSource {
  /** Journal sequence the view reflects: the zone's serial. Undefined until the first snapshot is there. */
  position(): number | undefined;
  hasNamespace(namespace: string): boolean;
  /** Instances that are there; undefined when the service has neither instances nor a policy. */
  instances(namespace: string, service: string): readonly InstanceView[] | undefined;
  /** One instance that is there. */
  instance(namespace: string, service: string, instance: string): InstanceView | undefined;
}

/** The view in memory, with its position. */
export interface PositionedTable {
  readonly table: ViewTable;
  readonly position: number;
}

/** @param view undefined until the first snapshot is there */
export function tableSource(view: () => PositionedTable | undefined): DnsSource {
  const slotsOf = (namespace: string, service: string) => view()?.table.service(namespace, service);
  return {
    position: () => view()?.position,
    hasNamespace: (namespace) => {
      for (const slots of view()?.table.services() ?? []) if (slots.namespace === namespace) return true;
      return false;
    },
    instances: (namespace, service) => {
      const slots = slotsOf(namespace, service);
      if (slots === undefined) return undefined;
      const present: InstanceView[] = [];
      for (const { entry } of slots.instances.values())
        if (isPresent(entry)) present.push(entry.record as InstanceView);
      return present.length === 0 && slots.policy === undefined ? undefined : present;
    },
    instance: (namespace, service, instance) => {
      const slot = view()?.table.get(aggregateKey({ kind: 'instance', namespace, service, instance }));
      return isPresent(slot?.entry) ? (slot?.entry.record as InstanceView) : undefined;
    },
  };
}
