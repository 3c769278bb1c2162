export { normalizeInstance, type NormalRecord } from './instance/normalize.js';
export { isVerdictInForce, joinInstance, splitInstance } from './instance/state.js';
export { fromTime, toTime } from './time.js';
export { changedPaths, describeChange } from './view/change.js';
export { causeOf, isInstanceView, isPresent, type ViewEntry } from './view/entry.js';
export { type Evolved, evolve } from './view/evolve.js';
export { addToSum, emptySum, entryHash, sameSum, takeFromSum } from './view/sum.js';
export { serviceId, type ServiceSlots, type Slot, ViewTable } from './view/table.js';
