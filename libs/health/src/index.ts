export { NetworkProbe } from './network-probe.js';
