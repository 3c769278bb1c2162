/** Between two signs of life of a long step where nothing can be drawn over. */
const SIGN_OF_LIFE_MS = 10_000;
const REDRAW_MS = 200;

const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;

/**
 * Shows on standard error that something goes on, so that standard output stays clean for results.
 *
 * @param {string} title what is being done, "installing packages"
 * @param {(say: (line: string) => void) => Promise<T>} work `say` shows what it is at
 * @returns {Promise<T>}
 * @template T
 */
export async function showing(title, work) {
  const since = Date.now();
  const out = process.stderr;
  const live = out.isTTY === true;
  let detail = '';
  const draw = () => out.write(`\r\u001B[2K  ${title}${detail} … ${seconds(since)}`);
  if (live) draw();
  else out.write(`  ${title} …\n`);
  const timer = setInterval(
    () => (live ? draw() : out.write(`  ${title} … ${seconds(since)}\n`)),
    live ? REDRAW_MS : SIGN_OF_LIFE_MS,
  );
  const say = (line) => {
    detail = `: ${line}`;
    if (live) draw();
    else out.write(`  ${line}\n`);
  };
  const end = (mark) => {
    clearInterval(timer);
    out.write(`${live ? '\r\u001B[2K' : ''}  ${mark} ${title} (${seconds(since)})\n`);
  };
  try {
    const result = await work(say);
    end('✓');
    return result;
  } catch (error) {
    end('✗');
    throw error;
  }
}
