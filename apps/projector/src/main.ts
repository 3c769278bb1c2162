import { Readiness } from '#platform';
import { addNodeChecks, RegistryNode, type RunningServer, runServer, type ServerContext } from '#server';

/** Between two looks at whether all is well; a change is logged. */
const LOOK_MS = 1_000;

/** Folds the journal whenever it is elected, and is a hot standby otherwise. There is no front door: the log tells. */
async function start({ settings, log, fail }: ServerContext): Promise<RunningServer> {
  const node = new RegistryNode({ name: 'rollcall-projector', settings, log });
  const readiness = new Readiness();
  addNodeChecks(readiness, node);
  let isStopping = false;
  const look = setInterval(() => void tell(readiness, log), LOOK_MS);
  node
    .join()
    .then(() => node.ended())
    .catch((error: unknown) => isStopping || fail(error));
  return {
    stop: async () => {
      isStopping = true;
      clearInterval(look);
      await node.stop();
    },
  };
}

/** What was told last. */
let wasReady: boolean | undefined;

async function tell(readiness: Readiness, log: ServerContext['log']): Promise<void> {
  const { ready, checks } = await readiness.report();
  if (ready === wasReady) return;
  wasReady = ready;
  const facts = Object.fromEntries(
    checks.map(({ name, ok, detail }) => [name, ok ? detail : `NOT ${detail}`]),
  );
  if (ready) log.info('ready', facts);
  else log.warn('not ready', facts);
}

// Last, because everything above must be there by then.
await runServer(start);
