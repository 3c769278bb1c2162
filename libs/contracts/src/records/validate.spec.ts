import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { recordSchemas } from '../generated/record-schemas.js';
import { limits } from '../limits.js';
import { isRollcallError } from '../errors/rollcall-error.js';
import { heartbeatTtlMs } from './rules.js';
import type { RecordKind } from './schemas.js';
import { assertRecord, recordProblems, recordProblemsByClass } from './validate.js';

const http = { name: 'http', protocol: 'http', address: '127.0.0.1', port: 8080 };
const instance = {
  namespace: 'default',
  service: 'orders',
  instance: 'orders-1',
  incarnation: 1,
  version: '1.0.0',
  status: 'up',
  endpoints: [http],
  leaseMs: 15_000,
};
const verdict = {
  namespace: 'default',
  service: 'orders',
  instance: 'orders-1',
  incarnation: 1,
  state: 'suspected',
  evidence: { signal: 'sweep' },
};

/** The paths each validator complains about. */
const complaints = (kind: RecordKind, value: unknown) => ({
  fast: recordProblems(kind, value).map(({ path }) => path),
  thorough: [...new Set(recordProblemsByClass(kind, value).map(({ path }) => path))],
});

describe('a record is refused for', () => {
  it.each([
    ['instance', 'service', { ...instance, service: 'Orders' }],
    ['instance', 'incarnation', { ...instance, incarnation: 0 }],
    ['instance', 'incarnation', { ...instance, incarnation: 1.5 }],
    ['instance', 'incarnation', { ...instance, incarnation: Number.MAX_SAFE_INTEGER + 1 }],
    ['instance', 'version', { ...instance, version: '1.0' }],
    ['instance', 'status', { ...instance, status: 'UP' }],
    ['instance', 'leaseMs', { ...instance, leaseMs: -1 }],
    ['instance', 'leaseMs', { ...instance, leaseMs: limits.leaseMsMin - 1 }],
    ['instance', 'leaseMs', { ...instance, leaseMs: limits.leaseMsMax + 1 }],
    ['instance', 'leaseMs', { ...instance, leaseMs: 5_000, heartbeatMs: 4_000 }],
    ['instance', 'weight', { ...instance, weight: limits.weightMax + 1 }],
    ['instance', 'weight', { ...instance, weight: null }],
    ['instance', 'tags', { ...instance, tags: ['a', 'a'] }],
    ['instance', 'startedAt', { ...instance, startedAt: 'yesterday' }],
    ['instance', 'endpoints.0.port', { ...instance, endpoints: [{ ...http, port: -1 }] }],
    ['instance', 'endpoints.0.port', { ...instance, endpoints: [{ ...http, port: 65_536 }] }],
    ['instance', 'endpoints.0.port', { ...instance, endpoints: [{ ...http, port: undefined }] }],
    ['instance', 'endpoints.0.subject', { ...instance, endpoints: [{ name: 'n', protocol: 'nats' }] }],
    [
      'instance',
      'endpoints.0.subject',
      { ...instance, endpoints: [{ name: 'n', protocol: 'nats', subject: 'a.*' }] },
    ],
    ['instance', 'endpoints.1.name', { ...instance, endpoints: [http, http] }],
    ['instance', 'endpoints.0.protocol', { ...instance, endpoints: [{ ...http, protocol: 'smtp' }] }],
    ['override', 'status', { namespace: 'a', service: 'b', instance: 'c', status: 'up' }],
    [
      'override',
      'evictedIncarnation',
      { namespace: 'a', service: 'b', instance: 'c', evictedIncarnation: 0 },
    ],
    ['verdict', 'state', { ...verdict, state: 'dead' }],
    ['verdict', 'evidence', { ...verdict, evidence: [] }],
    ['verdict', 'evidence', { ...verdict, evidence: undefined }],
    ['verdict', 'evidence.signal', { ...verdict, evidence: { signal: 'hunch' } }],
    ['service', 'protection', { namespace: 'a', service: 'b', protection: [] }],
    [
      'service',
      'protection.sharePercent',
      { namespace: 'a', service: 'b', protection: { sharePercent: 0, minimumCount: 2, maxMs: 1_000 } },
    ],
  ] as const)('the %s field %s, by both validators', (kind, path, value) => {
    expect(complaints(kind, value)).toEqual({ fast: [path], thorough: [path] });
  });

  it.each([null, undefined, 'text', 7, [], [instance]])('not being an object: %j', (value) => {
    expect(recordProblems('instance', value)).toHaveLength(1);
    expect(recordProblemsByClass('instance', value)).toHaveLength(1);
  });
});

describe('a record may', () => {
  it.each([
    ['never beat', { ...instance, leaseMs: 0 }],
    ['have no endpoint', { ...instance, endpoints: [] }],
    [
      'be reached by a subject alone',
      { ...instance, endpoints: [{ name: 'n', protocol: 'nats', subject: 'orders.place' }] },
    ],
    [
      'hold the shortest lease its rhythm allows',
      { ...instance, heartbeatMs: 1_000, leaseMs: heartbeatTtlMs(1_000) + 1_000 },
    ],
    ['carry fields this version does not know', { ...instance, colour: 'red', __typename: 'Instance' }],
    ['name metadata as it likes', { ...instance, metadata: { constructor: 'x', toString: 'y' } }],
    ['take no traffic', { ...instance, weight: 0 }],
  ])('%s', (_what, value) => {
    expect(complaints('instance', value)).toEqual({ fast: [], thorough: [] });
  });
});

describe('the error for a refused record', () => {
  const thrownBy = (value: unknown): unknown => {
    try {
      assertRecord('instance', value);
      return undefined;
    } catch (error) {
      return error;
    }
  };

  it('lists every problem at once, with field, value and what is allowed', () => {
    const error = thrownBy({ ...instance, version: '1', endpoints: [{ ...http, port: -1 }] });
    expect(isRollcallError(error, 'ROLLCALL_RECORD_INVALID')).toBe(true);
    expect((error as Error).message).toMatch(/version "1": version must be a semantic version/);
    expect((error as Error).message).toMatch(/endpoints\.0\.port "-1": port must not be less than 1/);
  });

  it('is still this error when the record is hostile', () => {
    const deep = JSON.parse('['.repeat(30_000) + ']'.repeat(30_000)) as unknown;
    const hostile = [
      { ...instance, tags: deep },
      { ...instance, metadata: deep },
      { ...instance, extra: deep, status: 'gone' },
      { ...instance, metadata: JSON.parse('{"constructor":{"prototype":7}}') as unknown },
      JSON.parse('{"__proto__":{"namespace":"a"},"constructor":7}') as unknown,
    ];
    for (const value of hostile)
      expect(isRollcallError(thrownBy(value), 'ROLLCALL_RECORD_INVALID')).toBe(true);
  });

  it('is not thrown for a valid record', () => {
    expect(thrownBy(instance)).toBe(undefined);
  });
});

describe('the life of a heartbeat', () => {
  it.each([
    [500, 2_000],
    [1_000, 2_000],
    [1_001, 3_000],
    [3_000, 4_000],
  ])('sent every %d ms is %d ms: whole seconds, and one for the way', (heartbeatMs, ttlMs) => {
    expect(heartbeatTtlMs(heartbeatMs)).toBe(ttlMs);
  });
});

describe('the generated schemas', () => {
  it.each(Object.entries(recordSchemas))('are well-formed: %s', (_kind, schema) => {
    expect(() => new Ajv({ strict: true }).compile(schema)).not.toThrow();
  });
});
