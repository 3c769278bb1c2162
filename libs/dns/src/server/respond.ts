import { limits } from '#contracts';
import { type Query, readQuery } from '../wire/read-query.js';
import { writeResponse } from '../wire/write-response.js';
import { answerQuestion, type ZoneParts } from '../zone/answer.js';
import { type Answer, emptyAnswer, type Rcode } from '../zone/record.js';

export type Transport = 'udp' | 'tcp';

export interface Response {
  readonly bytes: Buffer;
  readonly rcode: Rcode;
  /** Type asked for, when it could be read. */
  readonly type?: string;
}

/** What every client takes that says nothing else (RFC 1035). */
const PLAIN_UDP_BYTES = 512;

/** The answer to a message, or undefined when it deserves none. Pure and total. */
export function respond(
  message: Buffer,
  transport: Transport,
  parts: ZoneParts,
  udpBytes: number = limits.dnsUdpBytes,
): Response | undefined {
  const query = readQuery(message);
  if (query === undefined) return undefined;
  const answer = answerOf(query, parts);
  const bytesMax = transport === 'tcp' ? Infinity : udpRoom(query, udpBytes);
  const bytes = writeResponse(query, answer, { bytesMax, udpBytes });
  return {
    bytes,
    rcode: answer.rcode,
    ...(query.question === undefined ? {} : { type: query.question.type }),
  };
}

function answerOf({ refusal, question }: Query, parts: ZoneParts): Answer {
  if (refusal !== undefined || question === undefined) return { ...emptyAnswer, rcode: refusal ?? 'FORMERR' };
  // Transfers would hand out the whole registry in one question.
  if (question.type === 'AXFR' || question.type === 'IXFR') return { ...emptyAnswer, rcode: 'REFUSED' };
  return answerQuestion(question, parts);
}

function udpRoom({ edns }: Query, udpBytes: number): number {
  return edns === undefined ? PLAIN_UDP_BYTES : Math.max(PLAIN_UDP_BYTES, Math.min(edns.udpBytes, udpBytes));
}
