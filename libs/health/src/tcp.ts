import { connect } from 'node:net';
import type { HealthAnswer, HealthTarget } from '#application';
import { guardedLookup } from './guarded-lookup.js';

/** Good when the connection is taken. */
export function checkTcp({ address, port, timeoutMs }: HealthTarget): Promise<HealthAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, lookup: guardedLookup });
    const finish = (answer: HealthAnswer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => finish({ isGood: false, detail: `no connection in ${timeoutMs} ms` }));
    socket.once('connect', () => finish({ isGood: true, detail: 'the connection was taken' }));
    socket.once('error', (error) => finish({ isGood: false, detail: error.message }));
  });
}
