import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

interface Words {
  readonly asked: readonly string[];
  readonly flags: readonly string[];
  readonly peers: readonly string[];
  readonly against?: string;
}

const module = (await import(new URL('words.mjs', import.meta.url).href)) as {
  readWords(words: readonly string[], names: readonly string[]): Words;
};
const read = (line: string): Words => module.readWords(line.split(' ').filter(Boolean), ['main', 'dns']);

describe('the command line of the benchmarks', () => {
  it.each([
    ['', {}],
    ['main dns --quick', { asked: ['main', 'dns'], flags: ['--quick'] }],
    ['--peers nats,etcd main', { asked: ['main'], peers: ['nats', 'etcd'] }],
    ['--peers=', { peers: [] }],
    [
      'main --against=v1 --quick --record',
      { asked: ['main'], flags: ['--quick', '--record'], against: 'v1' },
    ],
    ['--record --cpu-prof', { flags: ['--record', '--cpu-prof'] }],
  ])('"%s" is understood', (line, wanted) => {
    const nothing = { asked: [], flags: [], peers: ['nats', 'etcd', 'consul', 'zookeeper'] };
    expect(read(line)).toEqual({ ...nothing, ...wanted });
  });

  describe('is refused', () => {
    let said = '';
    beforeEach(() => {
      said = '';
      jest.spyOn(process.stderr, 'write').mockImplementation((text) => (said += String(text)) !== '');
      jest.spyOn(process, 'exit').mockImplementation((code) => {
        throw new Error(`ended with ${code}`);
      });
    });
    afterEach(() => {
      jest.restoreAllMocks();
    });

    it.each([
      ['mian', 'there is no benchmark "mian"; there are main, dns'],
      ['--peers redis', 'there is no peer "redis"'],
      ['--fast', 'there is no option "--fast"'],
      ['main --against', '--against needs a commit'],
      ['--against v1', '--against needs the benchmarks to compare'],
      ['main --against v1 --cpu-prof', '--cpu-prof slows what it looks at'],
      ['main --quick --record', 'leave out one of the two'],
    ])('"%s"', (line, wanted) => {
      expect(() => read(line)).toThrow('ended with 2');
      expect(said).toContain(wanted);
    });
  });
});
