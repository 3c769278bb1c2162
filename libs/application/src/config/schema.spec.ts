import { describe, expect, it } from '@jest/globals';
import { safePattern } from './patterns.js';
import { schemaMistake, schemaProblem, singleKeySchema } from './schema.js';

describe('a pattern of a schema', () => {
  it.each(['(a+)+', '(a|b)*', '((a*)b)+', '(?:x{2,})*', '(\\d+,?)+$', '([a-z]+)*'])(
    '%s is refused',
    (source) => {
      expect(() => safePattern(source, 'u')).toThrow('repeats');
    },
  );

  it.each(['^[a-z]+$', '(ab)+', '^(\\d{1,3}\\.){3}\\d{1,3}$', '(a|b)c', '[(+)]+', '\\(a+\\)+'])(
    '%s is taken',
    (source) => {
      expect(safePattern(source, 'u')).toBeInstanceOf(RegExp);
    },
  );
});

describe('a schema', () => {
  it.each<[object, string]>([
    [{ type: 'strin' }, 'type'],
    [{ minumum: 1 }, 'minumum'],
    [{ $ref: 'https://example.com/other.json' }, 'example.com'],
    [{ format: 'colour' }, 'colour'],
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, 'draft-04'],
    [{ pattern: '(a+)+' }, 'repeats'],
    [{ $async: true }, 'asynchronous'],
  ])('%j cannot be used', (schema, why) => {
    expect(schemaProblem(schema)).toContain(why);
  });

  it('nested too deeply cannot be used, and does not end the process', () => {
    let schema: object = {};
    for (let depth = 0; depth < 100_000; depth += 1) schema = { not: schema };
    expect(schemaProblem(schema)).toContain('nested');
  });

  it('may be used twice under one name', () => {
    const schema = (maximum: number) => ({ $id: 'urn:a:b', type: 'integer', maximum });
    expect(schemaMistake(schema(1), 2)).toMatchObject({ pointer: '', what: 'must be <= 1' });
    expect(schemaMistake(schema(3), 2)).toBeUndefined();
  });

  it('names the place in the value', () => {
    const schema = { properties: { a: { items: { type: 'string', format: 'ipv4' } } } };
    expect(schemaMistake(schema, { a: ['10.0.0.1', '10.0.0.256'] })).toMatchObject({ pointer: '/a/1' });
  });

  it('of an application says of one key nothing that needs the others', () => {
    const schema = { type: 'object', required: ['a', 'b'], properties: { a: { type: 'integer' } } };
    expect(schemaMistake(singleKeySchema(schema), { a: 1 })).toBeUndefined();
    expect(schemaMistake(singleKeySchema(schema), { a: 'x' })).toMatchObject({ pointer: '/a' });
  });
});
