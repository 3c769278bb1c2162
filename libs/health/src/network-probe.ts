import { errorText } from '#contracts';
import type { HealthAnswer, HealthProbe, HealthTarget } from '#application';
import { checkGrpc } from './grpc.js';
import { assertAddressAllowed } from './guarded-lookup.js';
import { checkHttp } from './http.js';
import { checkTcp } from './tcp.js';

const checks = { http: checkHttp, tcp: checkTcp, grpc: checkGrpc } as const;

/** Health checks over the network, within the address policy. */
export class NetworkProbe implements HealthProbe {
  async check(target: HealthTarget): Promise<HealthAnswer> {
    try {
      assertAddressAllowed(target.address);
      return await checks[target.kind](target);
    } catch (error) {
      return { isGood: false, detail: errorText(error) };
    }
  }
}
