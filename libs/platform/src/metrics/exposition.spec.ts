import { describe, expect, it } from '@jest/globals';
import { Counter, Histogram } from './counting.js';
import { expositionOf } from './exposition.js';

describe('the text of metrics', () => {
  it('is what Prometheus reads, with everything escaped that must be', () => {
    const samples = [
      { labels: { service: 'a"b\\c\nd', zone: '' }, value: 1.5 },
      { suffix: '_sum', value: Infinity },
    ];
    expect(expositionOf([{ name: 'x', help: 'a\nb\\', type: 'gauge', samples }])).toBe(
      '# HELP x a\\nb\\\\\n# TYPE x gauge\nx{service="a\\"b\\\\c\\nd",zone=""} 1.5\nx_sum +Inf\n',
    );
  });
});

describe('a counter', () => {
  it('counts by labels', () => {
    const counter = new Counter('hits', 'Hits.', ['a', 'b']);
    counter.inc('1', '2');
    counter.inc('1', '2');
    counter.inc('1', '3');
    expect([...counter.family().samples]).toEqual([
      { labels: { a: '1', b: '2' }, value: 2 },
      { labels: { a: '1', b: '3' }, value: 1 },
    ]);
  });
});

describe('a histogram', () => {
  it('counts each value in every bucket it fits into', () => {
    const histogram = new Histogram('took', 'Took.', ['route'], [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value, '/');
    const samples = [...histogram.family().samples].map(({ suffix, labels, value }) => [
      suffix,
      labels?.['le'],
      value,
    ]);
    expect(samples).toEqual([
      ['_bucket', '0.1', 2],
      ['_bucket', '1', 3],
      ['_bucket', '+Inf', 4],
      ['_sum', undefined, 7.65],
      ['_count', undefined, 4],
    ]);
  });
});
