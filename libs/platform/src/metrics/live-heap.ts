import { constants, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

let liveBytes: number | undefined;
let observer: PerformanceObserver | undefined;

/** From now on the heap is looked at after every full collection. Of a process: a second call changes nothing. */
export function watchLiveHeap(): void {
  if (observer !== undefined) return;
  observer = new PerformanceObserver((list) => {
    const isFull = list
      .getEntries()
      .some(({ detail }) => (detail as { kind?: number }).kind === constants.NODE_PERFORMANCE_GC_MAJOR);
    if (isFull) liveBytes = getHeapStatistics().used_heap_size;
  });
  observer.observe({ entryTypes: ['gc'] });
}

/**
 * What the heap held right after the last full collection, and thus what the process needs: at any other time it is
 * that and garbage. Undefined before there was one.
 */
export function liveHeapBytes(): number | undefined {
  return liveBytes;
}
