/** The registry asked and told over NATS, request by request. See README.md. */
export { commands, type CommandWriters } from './commands.js';
export { queries } from './queries.js';
export { RequestDoor, type RequestDoorParts } from './request-door.js';
