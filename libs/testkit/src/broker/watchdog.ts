import { spawn } from 'node:child_process';

/**
 * Ends a server and removes its data when this process dies without having done so: a test runner that is
 * interrupted, or that forces a worker to exit, runs no clean-up. The dog waits for its standard input to
 * close, which the system does for the dead, and bites only a process whose command line names `dataDir`.
 */
const SCRIPT = `
  cat > /dev/null
  if [ -r /proc/self/cmdline ]; then line=$(tr '\\0' ' ' < "/proc/$1/cmdline" 2> /dev/null)
  else line=$(ps -o command= -p "$1"); fi
  case "$line" in *"$2"*) kill -KILL "$1"; [ "$3" = keep ] || rm -rf "$2" ;; esac
`;

/** @returns how to call the dog off, once the server has ended. */
export function watchServer(pid: number, dataDir: string, removeData: boolean): () => void {
  const args = ['-c', SCRIPT, 'watchdog', String(pid), dataDir, removeData ? 'remove' : 'keep'];
  const dog = spawn('sh', args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // No shell, no dog: it is a comfort, not a need.
  dog.on('error', () => undefined);
  dog.stdin.on('error', () => undefined);
  dog.unref();
  (dog.stdin as unknown as { unref?: () => void }).unref?.();
  return () => void dog.stdin.end();
}
