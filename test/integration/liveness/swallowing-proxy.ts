import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP line to a server that can lose every byte in both directions without closing anything, as a dead host does. */
export interface SwallowingProxy {
  readonly url: string;
  /** From now on nothing gets through, on new connections neither. */
  swallow(): void;
  /** New connections get through again; old ones stay dead. */
  mend(): void;
  stop(): Promise<void>;
}

export async function startSwallowingProxy(port: number): Promise<SwallowingProxy> {
  const sockets = new Set<Socket>();
  const dead = new Set<Socket>();
  let isSwallowing = false;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('data', (chunk) => {
        if (!dead.has(socket)) other.write(chunk);
      });
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        if (!dead.has(socket)) other.destroy();
      });
    }
    if (isSwallowing) for (const socket of [client, upstream]) dead.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallow: () => {
      isSwallowing = true;
      for (const socket of sockets) dead.add(socket);
    },
    mend: () => {
      isSwallowing = false;
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
