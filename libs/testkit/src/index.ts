export * from './broker/test-broker.js';
export { freePort } from './broker/free-port.js';
export { startTestCluster, type TestCluster } from './broker/test-cluster.js';
export * from './arbitraries/index.js';
export { replayInto, type ReplayedRegistry, type ReplayIntoOptions } from './replay/replay-into.js';
