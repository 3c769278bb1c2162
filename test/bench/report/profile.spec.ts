import { describe, expect, it } from '@jest/globals';
import { type CpuProfile, foldProfile, ownTimes } from './cpu-profile.js';
import { renderFlamegraph } from './flamegraph.js';
import { flatFrames, keepProfile } from './kept-profile.js';

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url, lineNumber: id },
  children,
});

/** `fold` is called from two places; the process also waits, and is looked at. */
const profile: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 5, 6, 7]),
    node(2, 'read', 'file:///somewhere/dist/libs/nats/src/read.js', [3, 4]),
    node(3, 'fold', 'file:///somewhere/dist/libs/domain/src/fold.js'),
    node(4, '', 'file:///somewhere/node_modules/ajv/dist/core.js', [8]),
    node(5, '(idle)', ''),
    node(6, '(garbage collector)', ''),
    node(7, 'post', 'node:inspector'),
    { ...node(8, 'fold', 'file:///somewhere/dist/libs/domain/src/fold.js'), callFrame: foldFrame() },
  ],
  samples: [3, 8, 2, 5, 6, 7, 4],
  timeDeltas: [400, 300, 100, 5_000, 190, 7_000, 10],
};

function foldFrame() {
  return {
    functionName: 'fold',
    url: 'file:///somewhere/dist/libs/domain/src/fold.js',
    lineNumber: 3,
  };
}

describe('a CPU profile', () => {
  it('is folded into times of functions, without waiting and without the profiler', () => {
    const root = foldProfile(profile);
    expect(root.us).toBe(1_000);
    expect([...root.callees.keys()]).toEqual(['read libs/nats/src/read.js:3', '(garbage collector)']);
  });

  it('names files from the project or the packages on, whatever folder they lie in', () => {
    const names = keepProfile('t', profile, 0).frames.map((line) => line.split(' ').slice(3).join(' '));
    expect(names).toContain('(anonymous) node_modules/ajv/dist/core.js:5');
    expect(names.join()).not.toContain('somewhere');
  });

  it('tells the own time of a function over all its callers', () => {
    expect(ownTimes(foldProfile(profile), 2)).toEqual([
      { name: 'fold libs/domain/src/fold.js:4', us: 700 },
      { name: '(garbage collector)', us: 190 },
    ]);
  });

  it('is kept without what took less than a share, and drawn from what was kept', () => {
    const kept = keepProfile('replay', profile, 0.15);
    expect(flatFrames(kept)).toEqual([
      { depth: 0, us: 1_000, ownUs: 0, name: 'all' },
      { depth: 1, us: 810, ownUs: 100, name: 'read libs/nats/src/read.js:3' },
      { depth: 2, us: 400, ownUs: 400, name: 'fold libs/domain/src/fold.js:4' },
      { depth: 2, us: 310, ownUs: 10, name: '(anonymous) node_modules/ajv/dist/core.js:5' },
      { depth: 3, us: 300, ownUs: 300, name: 'fold libs/domain/src/fold.js:4' },
      { depth: 1, us: 190, ownUs: 0 + 190, name: '(garbage collector)' },
    ]);
    expect(keepProfile('replay', profile, 0.5).frames).toHaveLength(2);
    expect(kept.wallUs).toBe(13_000);
  });
});

describe('a flame graph', () => {
  const boxes = (svg: string): number[] =>
    [...svg.matchAll(/<title>.*?<rect x="([\d.]+)"/g)].map(([, x]) => Number(x));

  it('puts what is called below its caller and beside its neighbour', () => {
    expect(boxes(renderFlamegraph(keepProfile('t', profile, 0)))).toEqual([0, 0, 0, 480, 480, 972]);
  });

  it('writes no words into a box that is too narrow for them', () => {
    const narrow = { ...profile, timeDeltas: [40_000, 300, 100, 5_000, 190, 7_000, 10] };
    const svg = renderFlamegraph(keepProfile('t', narrow, 0));
    expect(svg).toMatch(/<title>\(garbage collector\): [^<]*<\/title><rect [^>]*\/><\/g>/);
  });

  it('is the same text in whatever order the samples came', () => {
    const drawn = ({ samples, timeDeltas } = profile) =>
      renderFlamegraph(keepProfile('<a & b>', { ...profile, samples, timeDeltas }, 0.01));
    const samples = profile.samples.toReversed();
    expect(drawn({ ...profile, samples, timeDeltas: profile.timeDeltas.toReversed() })).toBe(drawn());
    expect(drawn()).toContain('&lt;a &amp; b&gt;');
  });
});
