import { heartbeatTtlMs, type IncarnationId, type InstanceView, quote, RollcallError } from '#contracts';
import { leaseTimes } from '#domain';
import type { InstanceNames } from '../operator/operator.js';

/** Puts a heartbeat into the broker on behalf of an instance. */
export interface BeatSender {
  send(id: IncarnationId, ttlMs: number): Promise<void>;
}

export interface Renewal {
  readonly incarnation: number;
  /** Renew again within this time, in ms; later than that, the instance is suspected. */
  readonly renewWithinMs: number;
}

/** Renews leases for instances that can speak HTTP but not NATS. */
export class LeaseRenewer {
  constructor(
    private readonly sender: BeatSender,
    private readonly known: (names: InstanceNames) => InstanceView | undefined,
  ) {}

  /**
   * @param incarnation the one that renews; an older one than is registered is told that it was superseded
   * @throws ROLLCALL_NOT_FOUND, ROLLCALL_SUPERSEDED
   */
  async renew(names: InstanceNames, incarnation?: number): Promise<Renewal> {
    const view = this.known(names);
    const what = `instance ${quote(names.instance)} of service ${quote(names.service)}`;
    if (view === undefined || view.departure !== undefined) {
      const why =
        view === undefined || view.departure === 'unregistered'
          ? 'is not registered'
          : `is ${view.departure}`;
      throw new RollcallError('ROLLCALL_NOT_FOUND', `${what} ${why}`, { action: 'Register it again.' });
    }
    if (incarnation !== undefined && incarnation !== view.incarnation) {
      const text = `${what} is registered as incarnation ${view.incarnation}, not ${incarnation}`;
      throw new RollcallError('ROLLCALL_SUPERSEDED', text, { details: { incarnation: view.incarnation } });
    }
    const { namespace, service, instance } = names;
    const ttlMs = heartbeatTtlMs(leaseTimes(view).heartbeatMs);
    if (view.leaseMs > 0)
      await this.sender.send({ namespace, service, instance, incarnation: view.incarnation }, ttlMs);
    return { incarnation: view.incarnation, renewWithinMs: view.leaseMs === 0 ? 0 : ttlMs };
  }
}
