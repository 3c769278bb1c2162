const LOOK_MS = 500;

/**
 * `kill` on the npm of `npm start` ends npm and the shell between, and tells us nothing: we would go on without
 * anybody knowing. So under npm the end is wished for when the parent has gone. Started in any other way,
 * a parent may well end first.
 */
export function followNpm(env: NodeJS.ProcessEnv, onGone: () => void): void {
  if (env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, LOOK_MS).unref();
}
