export * from './broker/test-broker.js';
export { freePort } from './broker/free-port.js';
