export { findRing, type RingSource } from './find-ring.js';
export { KeyRing } from './key-ring.js';
export { createRingFile, readRingFile, replaceRingFile } from './ring-file.js';
export { reseal, seal, unseal } from './seal.js';
export { Secret } from './secret.js';
