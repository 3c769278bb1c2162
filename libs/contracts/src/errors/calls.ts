import { defineErrors } from './entry.js';

/** A call to another service found nobody, or nobody who answered. `details` says what was known. */
export const callErrors = defineErrors({
  ROLLCALL_SERVICE_UNKNOWN: {
    kind: 'not-found',
    meaning: 'Nobody has ever registered under this name, as far as the view remembers.',
    action: 'Compare the name with "rollcall services", and the namespace with that of the caller.',
    retryable: false,
  },
  ROLLCALL_NO_INSTANCE: {
    kind: 'unavailable',
    meaning: 'The service is known, and none of its instances takes calls now.',
    action: 'Start one, or look with "rollcall explain <caller> <service>" at what keeps them out.',
    retryable: true,
  },
  ROLLCALL_FILTER_UNMET: {
    kind: 'unavailable',
    meaning: 'No instance of the service meets the filter the caller gave.',
    action: 'Loosen the filter, or start an instance that meets it.',
    retryable: true,
  },
  ROLLCALL_PROTOCOL_UNMET: {
    kind: 'unavailable',
    meaning: 'The instances that fit have no endpoint with the protocol or the name the caller needs.',
    action: 'Let them register such an endpoint, or call them by one they have.',
    retryable: true,
  },
  ROLLCALL_ADDRESS_FORBIDDEN: {
    kind: 'unavailable',
    meaning: 'The instances that fit name addresses nobody should connect to, such as a metadata service.',
    action: 'Correct what they register; an address that is meant can be allowed with allowedAddresses.',
    retryable: true,
  },
  ROLLCALL_ROUTE_EMPTY: {
    kind: 'unavailable',
    meaning: 'The routing rule that decides about this call sends it to instances that are not there.',
    action: 'Start an instance the rule means, or correct the rule in the policy of the service.',
    retryable: true,
  },
  ROLLCALL_CALL_FAILED: {
    kind: 'unavailable',
    meaning: 'A call was sent, and no instance answered it.',
    action: 'Look at the attempts in the details; repeat the call only if it may be done twice.',
    retryable: true,
  },
  ROLLCALL_CALL_TIMEOUT: {
    kind: 'unavailable',
    meaning: 'A call was not answered before its time was over.',
    action: 'Allow more time, or find out what keeps the service; it may still be working on the call.',
    retryable: true,
  },
});
