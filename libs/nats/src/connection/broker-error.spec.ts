import { describe, expect, it } from '@jest/globals';
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/nats-core';
import { isTransient } from './broker-error.js';

const refusal = (code: number, err_code: number, description: string): Error =>
  new JetStreamApiError({ code, err_code, description });

describe('what may pass by itself', () => {
  it.each([
    ['an election', refusal(503, 10_008, 'JetStream system temporarily unavailable')],
    ['nodes that are not there yet', refusal(400, 10_005, 'no suitable peers for placement')],
    ['an answer that does not come', new errors.TimeoutError()],
    ['a connection that breaks', new errors.ConnectionError('broken')],
  ])('%s does', (_what, error) => {
    expect(isTransient(error)).toBe(true);
  });

  it.each([
    ['a name that is taken with other settings', refusal(400, 10_058, 'stream name already in use')],
    ['a configuration that is refused', refusal(500, 10_052, 'stream max age needs to be >= 100ms')],
    ['replicas on a single server', refusal(500, 10_074, 'replicas > 1 not supported in non-clustered mode')],
    ['a login that is refused', new errors.AuthorizationError('Authorization Violation')],
  ])('%s does not', (_what, error) => {
    expect(isTransient(error)).toBe(false);
  });
});
