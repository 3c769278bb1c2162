import 'reflect-metadata';

export { RollcallClientsModule } from './clients.module.js';
export { RollcallClientProxy } from './message-proxy.js';
export { NatsInstanceServer, type NatsInstanceServerOptions } from './nats-instance-server.js';
export type { MessageClient, MessageClientOptions, NatsTarget } from './options.js';
