import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { anyHistory } from '#testkit';
import { describeChange, evolve, type ViewEntry } from '#domain';
import { errorCatalogue, eventTypes, parseAggregateKey, viewKeyOf } from '#contracts';
import { asyncApi } from '../reference/asyncapi.js';
import { asyncApiProblems } from '../reference/asyncapi-check.js';
import { codesOnPage } from '../reference/error-page.js';
import { pages } from '../reference/pages.js';
import {
  configViews,
  instanceView,
  protectionView,
  serviceView,
  viewRecordOf,
} from '../reference/view-schemas.js';

const root = process.cwd();

describe('generated pages are what the code says now (else: npm run reference)', () => {
  it.each([...pages])('%s', (path, render) => {
    const file = join(root, path);
    const rendered = render();
    if (process.env['REWRITE'] === '1') {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, rendered);
    }
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(rendered);
  });
});

describe('the page of errors', () => {
  it('documents every code of the catalogue, and no other', () => {
    const page = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8');
    expect(codesOnPage(page).toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
  });
});

describe('the AsyncAPI document', () => {
  const document = asyncApi();

  it('is sound: every reference leads somewhere, every parameter stands in its address', () => {
    expect(asyncApiProblems(document)).toEqual([]);
  });

  it('has a message for every event type', () => {
    const { messages } = document['components'] as { messages: object };
    expect(Object.keys(messages)).toEqual(expect.arrayContaining(Object.values(eventTypes)));
  });

  it('tells what is wrong with an unsound one', () => {
    const broken = {
      asyncapi: '2.6.0',
      info: { title: 'x' },
      channels: { a: { address: 'x.{y}', messages: { m: { $ref: '#/components/messages/none' } } } },
      operations: {
        o: {
          action: 'publish',
          channel: { $ref: '#/channels/a' },
          messages: [{ $ref: '#/components/messages/n' }],
        },
      },
      components: {},
    };
    expect(asyncApiProblems(broken)).toEqual([
      'asyncapi is "2.6.0" instead of 3.0.0',
      'info.version is missing',
      '#/components/messages/none leads nowhere',
      '#/components/messages/n leads nowhere',
      'channel a: the parameter "y" of its address is not described',
      'operation o: the action is "publish"',
      'operation o: the message #/components/messages/n is not one of its channel',
    ]);
  });
});

describe('the schemas of the view', () => {
  it('are kept by whatever the fold yields, with no field undescribed', () => {
    const ajv = new Ajv({ strict: true, formats: { 'date-time': true } });
    const closed = (schema: object) => ajv.compile(viewRecordOf({ ...schema, additionalProperties: false }));
    const validators = {
      instance: closed(instanceView),
      service: closed(serviceView),
      protection: closed(protectionView),
      ...(Object.fromEntries(
        Object.entries(configViews).map(([kind, schema]) => [kind, closed(schema)]),
      ) as Record<keyof typeof configViews, ReturnType<typeof closed>>),
    };
    fc.assert(
      fc.property(anyHistory(), (history) => {
        const view = new Map<string, ViewEntry>();
        for (const event of history) {
          const key = viewKeyOf(event.aggregate);
          const before = view.get(key);
          const evolved = evolve(before, event);
          if (evolved.kind !== 'changed') continue;
          view.set(key, evolved.entry);
          const kind = parseAggregateKey(key)?.kind as keyof typeof validators;
          const told: unknown = JSON.parse(JSON.stringify(describeChange(before, evolved.entry)));
          const isKept = validators[kind](told);
          expect({ isKept, errors: validators[kind].errors }).toEqual({ isKept: true, errors: null });
        }
      }),
    );
  });
});
