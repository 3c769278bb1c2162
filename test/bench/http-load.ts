import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { percentiles } from './measure.js';

/** One question, asked again and again over so many connections, each with one in flight. */
export interface HttpWorkload {
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
}

export interface HttpRate {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the first answer, to show what was asked for. */
  readonly status: number;
  readonly bytes: number;
  /** Answers with another status than the first. */
  readonly others: number;
}

/** Asks from a process of its own, so that the asking does not slow the answering beyond the cores both share. */
export function measureHttp(workload: HttpWorkload): Promise<HttpRate> {
  const asker = fork(fileURLToPath(import.meta.url), ['ask-http', JSON.stringify(workload)]);
  return new Promise((resolve, reject) => {
    asker.once('message', (rate) => resolve(rate as HttpRate));
    asker.once('exit', () => reject(new Error('the asking process ended')));
  });
}

interface Answer {
  readonly status: number;
  /** Head and body together; NaN when it is not known before its end. */
  readonly bytes: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');

/** What an answer's head says of it; undefined while it has not come whole. */
function answerIn(received: Buffer): Answer | undefined {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd === -1) return undefined;
  const head = received.toString('latin1', 0, headEnd).toLowerCase();
  const status = Number(head.slice(9, 12));
  const at = head.indexOf('content-length: ');
  if (at !== -1) return { status, bytes: headEnd + 4 + Number.parseInt(head.slice(at + 16), 10) };
  return { status, bytes: status === 304 ? headEnd + 4 : Number.NaN };
}

async function ask({ port, path, headers = {}, connections, seconds }: HttpWorkload): Promise<HttpRate> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${lines.join('')}\r\n`);
  const latenciesMs: number[] = [];
  let first: Answer | undefined;
  let others = 0;
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => send());
    let sentAtMs = 0;
    let answer: Answer | undefined;
    let received: Buffer = Buffer.alloc(0);
    let bytes = 0;
    const send = (): void => {
      answer = undefined;
      received = Buffer.alloc(0);
      bytes = 0;
      sentAtMs = performance.now();
      socket.write(request);
    };
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (answer === undefined) {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        answer = answerIn(received);
        if (answer === undefined) return;
      }
      const isWhole = Number.isNaN(answer.bytes)
        ? chunk.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)
        : bytes >= answer.bytes;
      if (!isWhole) return;
      first ??= { status: answer.status, bytes };
      if (answer.status !== first.status) others += 1;
      latenciesMs.push(performance.now() - sentAtMs);
      send();
    });
    return socket;
  });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  for (const socket of sockets) socket.destroy();
  const { p50, p99 } = percentiles(latenciesMs);
  const perSecond = latenciesMs.length / seconds;
  return { perSecond, p50Ms: p50, p99Ms: p99, status: 0, bytes: 0, ...first, others };
}

const [, , role, workload = '{}'] = process.argv;
if (role === 'ask-http') {
  process.send?.(await ask(JSON.parse(workload) as HttpWorkload));
  process.disconnect();
}
