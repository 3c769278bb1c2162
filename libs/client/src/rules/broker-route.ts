import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { InterfaceAddress } from './advertise.js';

/**
 * The local address packets to the broker leave from: the interface others in that network reach us by. Asks the
 * system's routing table by connecting a UDP socket, which sends nothing.
 * @param server `host:port` as the NATS client names it
 */
export async function routeTo(server: string): Promise<string | undefined> {
  try {
    const { hostname, port } = new URL(`nats://${server.replace(/^\w+:\/\//, '')}`);
    const { address, family } = await lookup(hostname.replace(/^\[(.*)\]$/, '$1'));
    return await localAddressTowards(address, Number(port) || 4222, family === 6 ? 'udp6' : 'udp4');
  } catch {
    return undefined;
  }
}

function localAddressTowards(
  address: string,
  port: number,
  type: 'udp4' | 'udp6',
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(type);
    const finish = (found: string | undefined): void => {
      socket.close();
      resolve(found);
    };
    socket.once('error', () => finish(undefined));
    socket.connect(port, address, () => finish(socket.address().address));
  });
}

/** What `os.networkInterfaces()` knows, as a list. */
export function ownInterfaces(): InterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([interfaceName, addresses]) =>
    (addresses ?? []).map(({ address, family, internal }) => ({ interfaceName, address, family, internal })),
  );
}
