/** The registry as a DNS server. See README.md. */
export { DnsServer, type DnsServerOptions } from './server/dns-server.js';
export { respond, type Response, type Transport } from './server/respond.js';
export { type DnsSource, type PositionedTable, tableSource } from './source.js';
export { answerQuestion, type Question, type ZoneParts } from './zone/answer.js';
export type { ZoneOptions } from './zone/options.js';
export type { Answer, Rcode, RecordData, ResourceRecord } from './zone/record.js';
