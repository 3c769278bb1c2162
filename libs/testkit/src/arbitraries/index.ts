export {
  anyAggregate,
  anyApplication,
  anyConfigKey,
  anyIncarnation,
  anyIncarnationId,
  anyName,
  anyPrefix,
} from './names.js';
export { anyBroken, anyJunk, anyText } from './noise.js';
export {
  anyEvidence,
  anyInstanceRecord,
  anyOverrideRecord,
  anyServicePolicyRecord,
  anyTime,
  anyVerdictRecord,
  anyVersion,
  recordArbitraries,
} from './records.js';
export { anyNoise, anyReadable, rawEventOf, type RawParts } from './raw-events.js';
export { anyDays, anyHistory, anyHour } from './histories.js';
