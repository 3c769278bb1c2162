/** Finds, installs and runs a nats-server. See README.md. */
export type { ServerBinary } from './find/binary-version.js';
export { defaultCacheDir } from './find/cache.js';
export { unpackDebianPackages } from './find/debian-package.js';
export { findBinary, type FindBinaryOptions } from './find/find-binary.js';
export { findBroker, type FoundBroker } from './find/find-broker.js';
export type { Progress } from './progress.js';
export { type BrokerCredentials, type BrokerLogin, newCredentials } from './run/credentials.js';
export type { BrokerFiles } from './run/data-directory.js';
export { findLocalBroker, type LocalBroker } from './run/local-broker.js';
export type { BrokerUser } from './run/server-config.js';
export type { BrokerExit } from './run/server-process.js';
export { type RunningBroker, startBroker, type StartBrokerOptions } from './run/start-broker.js';
export { acceptsLogin } from './server/login.js';
export { assertUsable, inspectServer, type ServerInfo } from './server/server-info.js';
export { brokerSettings, type BrokerSettings } from './settings.js';
export { isNewEnough, MINIMUM_SERVER_VERSION } from './version.js';
