import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

let liveBytes: number | undefined;
let observer: PerformanceObserver | undefined;

/** From now on the heap is looked at after every full collection. Of a process: a second call changes nothing. */
export function watchLiveHeap(): void {
  if (observer !== undefined) return;
  observer = new PerformanceObserver((list) => {
    if (list.getEntries().some(isFull)) liveBytes = getHeapStatistics().used_heap_size;
  });
  observer.observe({ entryTypes: ['gc'] });
}

function isFull(entry: PerformanceEntry): boolean {
  // Entries of collections have it; the type of all entries does not show it.
  const { detail } = entry as { readonly detail?: { readonly kind?: number } };
  return detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}

/**
 * What the heap held when the last full collection was reported, soon after it: what the process needs, and the
 * garbage of that turn of the event loop. At any other time there is more of it. Undefined before there was one.
 */
export function liveHeapBytes(): number | undefined {
  return liveBytes;
}
