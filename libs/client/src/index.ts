export { callMetrics } from './calls/governance/call-metrics.js';
export type { CallListener } from './calls/governance/call-tally.js';
export { readTimeout, remainingMs, TIMEOUT_HEADER, withDeadline } from './calls/http/deadline.js';
export { HttpCaller } from './calls/http/http-caller.js';
export type { HttpAnswer, HttpAttempt, HttpCallerOptions, HttpRequest } from './calls/http/options.js';
export type { CallOutcome } from './calls/pick/circuit.js';
export { type Knowledge, Picked, type StartedCall } from './calls/pick/picked.js';
export { type PickOptions, ServiceHandle, type ServiceOptions } from './calls/pick/service-handle.js';
export { nameLookup } from './calls/name-lookup.js';
export { RetryAllowance } from './calls/retry-allowance.js';
export type { DiscoverOptions } from './client/discover-options.js';
export { RollcallClient } from './client/rollcall-client.js';
export type { ClientStatus, Discovered } from './client/answers.js';
export type { ClientHandlers, ClientOptions } from './client/options.js';
export type {
  ConfigChange,
  ConfigUpdate,
  ConfigValue,
  ConfigValues,
  ValidateConfig,
} from './config/events.js';
export type { ConfigHome } from './config/config-home.js';
export type { LiveConfig } from './config/live-config.js';
export { type ConfigContext, openConfig } from './config/open-config.js';
export type {
  ConfigKeyChange,
  ConfigTimes,
  ConfigWriteOptions,
  ConfigWriter,
} from './config/config-writer.js';
export type { ConfigOptions, ConfigWriterOptions } from './config/options.js';
export type { HeartPlacement } from './heart/open-hearts.js';
export type { Vitals } from './heart/vitals.js';
export { Past, type PastCall, type PastMoment, type ServiceCounts } from './past/past.js';
export type { Projection, ProjectionBatch, ProjectionOrder, ProjectionPosition } from './projection/order.js';
export type { Drained, DrainOptions } from './registration/drain.js';
export { checkRegistration } from './registration/draft.js';
export type {
  EndpointInput,
  RegistrationHandlers,
  RegistrationInput,
  RegistrationUpdate,
} from './registration/input.js';
export type { Registration } from './registration/registration.js';
export type { Rival } from './registration/rival.js';
export {
  type AddressRule,
  type AdvertisedAddress,
  type AdvertiseFacts,
  chooseAddress,
  choosePort,
  type InterfaceAddress,
} from './rules/advertise.js';
export type { Environment } from './rules/environment.js';
export { chooseInstanceId, type InstanceIdFacts, toLabel } from './rules/instance-id.js';
export type { LeaseChoice } from './rules/lease-choice.js';
export type { InstanceChange, Watch, WatchEvent, WatchHandler } from './view/events.js';
export type { ViewStatus } from './view/shared-views.js';
export { KeyRing, readRingFile, Secret } from '#secrets';
