import type { Transport } from './respond.js';

/** Gives the bytes to answer with, or undefined to stay silent. Must not throw. */
export type Respond = (message: Buffer, transport: Transport) => Buffer | undefined;
