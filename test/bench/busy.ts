import { cpuMsOf } from './measure.js';

/**
 * Begins to count what processes use of the cores; the function it returns says how busy they have been since, in words.
 * Where one of them is at 100 %, its one thread is the limit; where all together use the machine, the machine is.
 */
export function busySince(processes: Readonly<Record<string, number>>): () => string {
  const startedAtMs = performance.now();
  const before = Object.values(processes).map(cpuMsOf);
  return () => {
    const elapsedMs = performance.now() - startedAtMs;
    const shares = Object.entries(processes).map(([name, pid], index) => {
      const share = ((cpuMsOf(pid) - (before[index] ?? 0)) * 100) / elapsedMs;
      return `${name} ${share.toFixed(0)} %`;
    });
    return `meanwhile ${shares.join(', ')} of a core`;
  };
}
