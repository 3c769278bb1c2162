// A process that starts a broker and stays, to be killed by a test: `starter.mjs <binary> <dataDir> <port>`.
// It runs the compiled code, as the launcher does; `npm run build` makes it.
import { startBroker } from '../../../dist/libs/broker/src/index.js';

const [path, dataDir, port] = process.argv.slice(2);
const broker = await startBroker({ binary: { path }, dataDir, port: Number(port) });
process.send?.({ pid: broker.pid, url: broker.url, user: broker.user, password: broker.password });
