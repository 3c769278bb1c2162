import fc from 'fast-check';

const ownStatuses = ['starting', 'up', 'draining', 'maintenance', 'overloaded', 'down'] as const;
export type OwnStatus = (typeof ownStatuses)[number];

/** By which door something is done. */
export type Via = 'http' | 'nats';

/** What somebody does; `name` is `service/instance`. */
export type Operation = { readonly name: string } & (
  | {
      readonly do: 'register';
      readonly status: OwnStatus;
      readonly weight?: number | undefined;
      readonly version: string;
      readonly port: number;
      readonly zone: string | undefined;
    }
  | {
      readonly do: 'update';
      readonly change: { readonly status?: OwnStatus; readonly weight?: number; readonly version?: string };
    }
  | { readonly do: 'deregister' | 'lift' | 'evict' }
  | {
      readonly do: 'override';
      readonly status?: 'draining' | 'maintenance' | null;
      readonly weight?: number | null;
    }
);

export interface Step {
  readonly via: Via;
  readonly operation: Operation;
}

export const services = ['orders', 'payments'] as const;
const names = services.flatMap((service) => [1, 2, 3].map((count) => `${service}/${service}-${count}`));

const name = fc.constantFrom(...names);
const status = fc.oneof(
  { weight: 3, arbitrary: fc.constant('up' as const) },
  fc.constantFrom(...ownStatuses),
);
const weight = fc.constantFrom(0, 1, 50, 100, 1000);
const version = fc.constantFrom('1.0.0', '1.4.2', '2.0.0-rc.1');
const zone = fc.constantFrom('eu-1', 'eu-2', undefined);

const register = fc.record({
  do: fc.constant('register' as const),
  name,
  status,
  weight: fc.option(weight, { nil: undefined }),
  version,
  // Below the ports the system gives away, so that nobody is there by chance; nobody looks anyway.
  port: fc.integer({ min: 1_024, max: 32_000 }),
  zone,
});
const update = fc.record({
  do: fc.constant('update' as const),
  name,
  change: fc.record({ status, weight, version }, { requiredKeys: [] }),
});
const override = fc
  .record({
    do: fc.constant('override' as const),
    name,
    over: fc.oneof(
      fc.record({ status: fc.constantFrom('draining' as const, 'maintenance' as const, null) }),
      fc.record({ weight: fc.option(weight) }),
    ),
  })
  .map(({ over, ...rest }) => ({ ...rest, ...over }));
const plain = fc.record({
  do: fc.constantFrom('deregister' as const, 'lift' as const, 'evict' as const),
  name,
});

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: register },
  { weight: 3, arbitrary: update },
  { weight: 3, arbitrary: override },
  { weight: 3, arbitrary: plain },
);

/** A random history. */
export const steps = fc.array(fc.record({ via: fc.constantFrom<Via>('http', 'nats'), operation }), {
  minLength: 1,
  maxLength: 30,
  size: 'max',
});
