import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import type { HealthAnswer, HealthTarget } from '#application';
import { guardedLookup } from './guarded-lookup.js';

const SERVING = 1;
const statusNames = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/**
 * Good when `grpc.health.v1.Health/Check` says SERVING. One unary call over plain HTTP/2; the two messages are
 * one field each, so they are written and read here instead of by a gRPC library.
 */
export function checkGrpc({ address, port, path, timeoutMs }: HealthTarget): Promise<HealthAnswer> {
  return new Promise((resolve) => {
    const session = connectHttp2(`http://${address.includes(':') ? `[${address}]` : address}:${port}`, {
      createConnection: () => connect({ host: address, port, lookup: guardedLookup }),
    });
    const finish = (answer: HealthAnswer): void => {
      clearTimeout(timer);
      session.destroy();
      resolve(answer);
    };
    const timer = setTimeout(
      () => finish({ isGood: false, detail: `no answer in ${timeoutMs} ms` }),
      timeoutMs,
    );
    session.once('error', (error) => finish({ isGood: false, detail: error.message }));
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    let grpcStatus: string | undefined;
    stream.on('response', (headers) => (grpcStatus = textOf(headers['grpc-status'])));
    stream.on('trailers', (trailers) => (grpcStatus = textOf(trailers['grpc-status']) ?? grpcStatus));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('error', (error) => finish({ isGood: false, detail: error.message }));
    stream.once('close', () => finish(answerOf(grpcStatus, readStatus(Buffer.concat(chunks)))));
    stream.end(checkRequest(path));
  });
}

function answerOf(grpcStatus: string | undefined, status: number | undefined): HealthAnswer {
  if (grpcStatus !== undefined && grpcStatus !== '0')
    return { isGood: false, detail: `gRPC status ${grpcStatus}` };
  const name = statusNames[status ?? -1] ?? 'no health status';
  return { isGood: status === SERVING, detail: `gRPC health ${name}` };
}

/** `HealthCheckRequest { string service = 1 }` in a gRPC frame: one flag byte, four of length. */
function checkRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message =
    name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** `HealthCheckResponse { ServingStatus status = 1 }`; an absent field is 0, as proto3 has it. */
function readStatus(frame: Buffer): number | undefined {
  if (frame.length < 5) return undefined;
  const message = frame.subarray(5, 5 + frame.readUInt32BE(1));
  if (message.length === 0) return 0;
  return message[0] === 0x08 ? message[1] : undefined;
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
