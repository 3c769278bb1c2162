/** What every server process of ours does: join the broker, hold the view, say how it is, end politely. */
export { joinBroker, type JoinOptions } from './join-broker.js';
export { nodeMetrics } from './node-metrics.js';
export { addNodeChecks } from './node-checks.js';
export { type JoinedRegistry, openRegistry } from './open-registry.js';
export { RegistryNode } from './registry-node.js';
export type { Writers } from './writers.js';
export { listenError, type RunningServer, runServer, type ServerContext } from './run-server.js';
