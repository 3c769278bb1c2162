import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { assertUsable, hostAndPort, inspectServer, type ServerInfo } from './server-info.js';

describe('server addresses', () => {
  it.each([
    ['nats://127.0.0.1:4333', '127.0.0.1', 4333],
    ['tls://user:secret@nats.example:4222', 'nats.example', 4222],
    ['nats.example', 'nats.example', 4222],
    ['localhost:80', 'localhost', 80],
    ['nats://[::1]:4222', '::1', 4222],
  ])('%s', (url, host, port) => {
    expect(hostAndPort(url)).toEqual({ host, port });
  });

  it('refuses what is no address', () => {
    expect(() => hostAndPort('nats://:x')).toThrow(
      'ROLLCALL_SETTINGS_INVALID: "nats://:x" is not a server address',
    );
  });
});

describe('inspecting what listens', () => {
  let server: Server;
  const open = new Set<Socket>();
  const listen = async (greet: (socket: Socket) => void): Promise<string> => {
    server = createServer((socket) => {
      open.add(socket);
      greet(socket);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  afterEach(async () => {
    for (const socket of open) socket.destroy();
    open.clear();
    await new Promise((resolve) => server.close(resolve));
  });

  it('reads an INFO line that arrives in pieces', async () => {
    const url = await listen((socket) => {
      socket.write('INFO {"server_name":"one","version":"2.15.1",');
      setImmediate(() => socket.write('"jetstream":true}\r\nPING\r\n'));
    });
    expect(await inspectServer(url)).toMatchObject({
      name: 'one',
      version: '2.15.1',
      jetstream: true,
      authRequired: false,
    });
  });

  it.each([
    ['something else talks', (socket: Socket) => void socket.write('SSH-2.0-x\r\n'), 'is not a nats-server'],
    ['nobody speaks', () => undefined, 'nothing within 50 ms'],
    ['it hangs up', (socket: Socket) => void socket.end(), 'closed the connection'],
    [
      'it never ends a line',
      (socket: Socket) => void socket.write('x'.repeat(70_000)),
      'does not speak NATS',
    ],
    ['the line is broken', (socket: Socket) => void socket.write('INFO {"server\r\n'), 'no answer from'],
  ])('says so when %s', async (_, greet, text) => {
    const url = await listen(greet);
    await expect(inspectServer(url, 50)).rejects.toThrow(text);
    await expect(inspectServer(url, 50)).rejects.toMatchObject({ code: 'ROLLCALL_BROKER_UNREACHABLE' });
  });
});

describe('what will do', () => {
  const info: ServerInfo = {
    name: '',
    id: '',
    version: '2.12.0',
    jetstream: true,
    authRequired: false,
    tlsRequired: false,
  };

  it('is new enough and has JetStream', () => {
    expect(() => assertUsable('nats://x', info)).not.toThrow();
    expect(() => assertUsable('nats://x', { ...info, version: '2.10.27' })).toThrow(
      'ROLLCALL_BROKER_TOO_OLD',
    );
    expect(() => assertUsable('nats://x', { ...info, jetstream: false })).toThrow(
      'ROLLCALL_BROKER_NO_JETSTREAM',
    );
  });
});
