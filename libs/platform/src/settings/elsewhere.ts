/** Settings that other parts of the house read; known here so that nobody is told they are misspelt. */
export const settingsElsewhere: Readonly<Record<string, string>> = {
  NATS_SERVER_BIN: 'The nats-server to start, instead of one that is found or installed.',
  ROLLCALL_NATS_PORT: 'Port of the nats-server we start, on 127.0.0.1 (default 4222; -1 for any free port).',
  ROLLCALL_NATS_RELEASE_URL: 'Archive to download nats-server from when nothing else gives one.',
  ROLLCALL_NATS_SHA256: 'SHA-256 of that archive.',
  ROLLCALL_INSTANCE: 'SDK: id of this instance (default: host name and port).',
  ROLLCALL_ADVERTISE_ADDRESS:
    'SDK: address others reach this instance by (default: found out, see docs/guides/sdk.md).',
  ROLLCALL_ADVERTISE_PORT: 'SDK: port others reach this instance by (default: the port it listens on).',
  ROLLCALL_CONFIG_KEYS:
    'SDK and command line: the key ring secrets of config are opened with, `<id>:<32 bytes in base64>` each, with commas between them.',
  ROLLCALL_CONFIG_KEYS_FILE: 'SDK and command line: a file with that key ring, which nobody else may read.',
  ROLLCALL_DEMO: '`off` starts broker and registry without the example services.',
};
