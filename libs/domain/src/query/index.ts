export { chooseFields, type FieldChoice } from './fields.js';
export {
  compileFilter,
  compileWatchFilter,
  filterInstances,
  filterParameters,
  type InstanceFilter,
  parseFilter,
} from './filter.js';
export { checkParameters, type QueryInput } from './input.js';
export {
  type InstancePage,
  type InstanceQuery,
  parseInstanceQuery,
  queryParameters,
  runInstanceQuery,
} from './instance-query.js';
export { type Routability, routability, routableOf } from './routability.js';
export { meetsRequirement, parseSelector, type Requirement } from './selector.js';
export { parseVersionRange, type VersionRange } from './version-range.js';
