// A process that holds a test broker and is killed by a test. It runs the compiled code; `npm run build` makes it.
import { startTestBroker } from '../../../dist/libs/testkit/src/index.js';

const { port, dataDir } = await startTestBroker();
process.send?.({ port, dataDir });
setInterval(() => undefined, 60_000);
