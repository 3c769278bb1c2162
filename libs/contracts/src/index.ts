export { type ErrorCode, errorCatalogue, errorEntry } from './errors/catalogue.js';
export type { ErrorEntry, ErrorKind } from './errors/entry.js';
export { type ErrorOptions, errorText, isRollcallError, RollcallError } from './errors/rollcall-error.js';
