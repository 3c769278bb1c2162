import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { HealthAnswer, HealthTarget } from '#application';
import { guardedLookup } from './guarded-lookup.js';

/** Good when a GET is answered by 2xx. Redirects are not followed: they could lead anywhere. */
export function checkHttp(target: HealthTarget): Promise<HealthAnswer> {
  const { address, port, path, isSecure, timeoutMs } = target;
  return new Promise((resolve) => {
    const send = isSecure ? requestHttps : requestHttp;
    const request = send({
      host: address,
      port,
      path: path.startsWith('/') ? path : `/${path}`,
      lookup: guardedLookup,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { 'user-agent': 'rollcall-health-check', connection: 'close' },
      agent: false,
    });
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      resolve({ isGood: status >= 200 && status < 300, detail: `HTTP ${status}` });
    });
    request.once('error', (error) =>
      resolve({
        isGood: false,
        detail: error.name === 'AbortError' ? `no answer in ${timeoutMs} ms` : error.message,
      }),
    );
    request.end();
  });
}
