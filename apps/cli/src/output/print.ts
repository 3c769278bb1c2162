/** Results on standard output, everything else on standard error: `rollcall ... --json | jq` must never see a remark. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined));
}

/** One value a line, for streams of them. */
export function printJsonLine(value: unknown): void {
  print(JSON.stringify(value));
}

export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Resolves when standard output has taken what was written: a slow reader must not fill our memory. */
export async function drained(): Promise<void> {
  if (process.stdout.writableNeedDrain) await new Promise((resolve) => process.stdout.once('drain', resolve));
}

/** A reader that has seen enough (`| head`) is no trouble. */
export function endWhenUnread(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
