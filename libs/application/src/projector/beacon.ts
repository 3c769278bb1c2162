import { limits, type PositionRecord, type ServiceSum } from '#contracts';
import { SumLedger, type ViewTable } from '#domain';

/**
 * What consumers can check themselves against: the sums of what was *told*, which lags behind what is folded
 * by the writes in flight. Services that changed are in the next beacon; the others take turns, so that a loss
 * in a quiet service is found too.
 */
export class Beacon {
  readonly #told = new SumLedger();
  readonly #touched = new Set<string>();
  #turn: string[] = [];

  constructor(table: ViewTable) {
    for (const slot of table.slots()) this.#told.move(slot.key, undefined, slot.entry);
  }

  told(key: string, before: Parameters<SumLedger['move']>[1], after: Parameters<SumLedger['move']>[2]): void {
    const id = this.#told.move(key, before, after);
    if (id !== undefined) this.#touched.add(id);
  }

  /** @param isFull also lets untouched services take their turn */
  sums(isFull: boolean): Pick<PositionRecord, 'services' | 'total'> {
    const services: Record<string, ServiceSum> = {};
    let room: number = limits.beaconServicesMax;
    for (const id of this.#touched) {
      if (room === 0) break;
      services[id] = this.#told.of(id);
      this.#touched.delete(id);
      room -= 1;
    }
    if (isFull) {
      if (this.#turn.length === 0) this.#turn = [...this.#told.serviceIds()];
      for (const id of this.#turn.splice(0, room)) services[id] = this.#told.of(id);
    }
    return { services, total: this.#told.total };
  }
}
