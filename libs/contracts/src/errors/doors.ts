import { defineErrors } from './entry.js';

/** A way into the registry cannot be opened. */
export const doorErrors = defineErrors({
  ROLLCALL_TOO_MANY_WATCHERS: {
    kind: 'too-many',
    meaning: 'So many watchers follow this process already that no further one is taken.',
    action: 'Watch another node, or share one watch among several readers.',
    retryable: true,
  },
  ROLLCALL_DNS_NOT_LISTENING: {
    kind: 'setup',
    meaning: 'The DNS server cannot listen on its address.',
    action:
      'Stop what listens there, or set ROLLCALL_DNS_PORT to a free port; ports below 1024 need a privilege.',
    retryable: false,
  },
});
