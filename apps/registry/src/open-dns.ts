import { DnsServer, tableSource } from '#dns';
import type { ServerContext } from '#server';
import type { RegistryParts } from './registry-parts.js';

/** Answers DNS from the view this process follows. @throws ROLLCALL_DNS_NOT_LISTENING */
export async function openDns(
  { settings, log }: ServerContext,
  { node, metrics }: RegistryParts,
): Promise<DnsServer> {
  const { host } = settings.http;
  const dns = new DnsServer({
    source: tableSource(() => node.view),
    host,
    port: settings.dns.port,
    log,
    onAnswered: metrics.onDnsAnswered,
  });
  await dns.start();
  log.info('answering DNS', { host, port: dns.port, zone: 'rollcall.' });
  return dns;
}
