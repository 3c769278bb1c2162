import { limits } from '#contracts';
import { listOf, objectOf, said, type Schema, text, whole } from './schema.js';

const number: Schema = { type: 'number' };
const milliseconds: Schema = { type: ['number', 'null'] };

/** The routes about calls between services. */
export const callOperations = {
  '/v1/namespaces/{namespace}/graph': {
    get: { summary: 'Who called whom in the last minute, as callers tell it.', answer: 'callGraph' },
  },
  '/v1/namespaces/{namespace}/services/{service}/explain': {
    get: {
      summary: 'Where a call would go: candidates, refusals and the rule behind each.',
      query: [
        'caller',
        'header',
        'version',
        'zone',
        'region',
        'tag',
        'selector',
        'instance',
        'address',
        'protocol',
        'byEndpoint',
        'at',
        'atLeast',
      ],
      answer: 'callExplanation',
    },
  },
};

export const callParameters: Readonly<Record<string, Schema>> = {
  caller: { schema: text, description: 'Who calls: a service, or service/instance.', required: true },
  header: { schema: listOf(text), description: 'A header of the call.', example: ['x-canary:1'] },
  byEndpoint: { name: 'endpoint', schema: text, description: 'Name of the endpoint to use.' },
};

const instanceFields = { instance: text, incarnation: whole, version: text, status: text, zone: text };
const instanceNeeds = ['instance', 'incarnation', 'version', 'status'];

/** What they answer. */
export const callAnswers: Readonly<Record<string, Schema>> = {
  callGraph: objectOf(
    {
      windowMs: said(whole, `How far back it looks: ${limits.callWindowMs}.`),
      edges: listOf(
        objectOf(
          {
            caller: text,
            callee: text,
            callsPerSecond: number,
            errorShare: said(number, 'Failed calls of all, from 0 to 1.'),
            retriesPerSecond: number,
            p50Ms: milliseconds,
            p99Ms: milliseconds,
          },
          ['caller', 'callee', 'callsPerSecond', 'errorShare', 'retriesPerSecond', 'p50Ms', 'p99Ms'],
        ),
      ),
    },
    ['windowMs', 'edges'],
  ),
  callExplanation: objectOf(
    {
      namespace: text,
      caller: text,
      service: text,
      zone: said(text, 'Zone the caller prefers.'),
      rule: said(text, 'Routing rule that decides; absent when none matches.'),
      candidates: listOf(
        objectOf(
          {
            ...instanceFields,
            endpoint: text,
            weight: whole,
            sharePercent: said(number, 'Its part of the calls; 0: it stands by.'),
            standing: { type: 'string', enum: ['well', 'failing', 'unreachable'] },
          },
          [...instanceNeeds, 'endpoint', 'weight', 'sharePercent', 'standing'],
        ),
      ),
      refused: listOf(
        objectOf(
          {
            ...instanceFields,
            by: { type: 'string', enum: ['departed', 'filter', 'protocol', 'address', 'status', 'route'] },
            text,
          },
          [...instanceNeeds, 'by', 'text'],
        ),
      ),
      picked: said(text, 'Who would be picked.'),
      problem: objectOf({ code: text, what: text }, ['code', 'what']),
      sequence: whole,
      staleMs: whole,
    },
    ['namespace', 'caller', 'service', 'candidates', 'refused', 'sequence', 'staleMs'],
  ),
};

/** What a process tells of its calls. */
export const callReport: Schema = objectOf(
  {
    windowMs: whole,
    callees: {
      type: 'object',
      maxProperties: limits.calleesMax,
      description: 'By name of the called service.',
      additionalProperties: objectOf(
        {
          calls: whole,
          errors: whole,
          retries: whole,
          latency: {
            type: 'object',
            additionalProperties: whole,
            description: 'Calls by bucket i, which holds latencies up to 0.01 ms * 1.1^i.',
          },
        },
        ['calls', 'errors', 'retries', 'latency'],
      ),
    },
  },
  ['windowMs', 'callees'],
);
