/** Settings, log and readiness of a process. See README.md. */
export { exitCodeOf, exitCodes } from './exit-code.js';
export { openLog, type ServerLog } from './log/open-log.js';
export type { MetricSources, Standing } from './metrics/metric-sources.js';
export { type Metrics, openMetrics } from './metrics/metrics.js';
export { type Check, type CheckResult, Readiness, type ReadinessReport } from './readiness/readiness.js';
export { settingsElsewhere } from './settings/elsewhere.js';
export { nearest } from './settings/nearest.js';
export {
  type EffectiveSetting,
  type Environment,
  readSettings,
  type ReadSettings,
} from './settings/read-settings.js';
export {
  type LogFormat,
  logFormats,
  type LogLevel,
  logLevels,
  type Role,
  roleNames,
  settingAliases,
  type SettingName,
  settingsSchema,
} from './settings/schema.js';
export { type SettingDoc, settingDocs } from './settings/setting.js';
export type { BrokerLoginSettings, Settings } from './settings/settings.js';
export { packageVersion } from './version.js';
