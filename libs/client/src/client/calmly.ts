const REPEAT_MS = 10_000;

/** What is tried again many times a second is told once in a while. */
export function calmly(tell: (error: Error) => void): (error: Error) => void {
  let told = { text: '', atMs: -Infinity };
  return (error) => {
    const nowMs = performance.now();
    if (error.message === told.text && nowMs - told.atMs < REPEAT_MS) return;
    told = { text: error.message, atMs: nowMs };
    tell(error);
  };
}
