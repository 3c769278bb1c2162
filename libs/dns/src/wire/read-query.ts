import dnsPacket from 'dns-packet';
import { limits } from '#contracts';
import type { Rcode } from '../zone/record.js';

/** What the extended header of a query says (EDNS, RFC 6891). */
interface Edns {
  /** Largest UDP answer the client takes, in bytes. */
  readonly udpBytes: number;
  readonly version: number;
  readonly isDnssecOk: boolean;
}

/** A message that deserves an answer, as far as it could be read. */
export interface Query {
  readonly id: number;
  readonly opcode: number;
  readonly isRecursionDesired: boolean;
  readonly isCheckingDisabled: boolean;
  /** Name and type asked for; absent when they could not be read. */
  readonly question?: { readonly name: string; readonly type: string };
  /** The question section as it came, byte for byte, so that its case is kept; empty when it could not be read. */
  readonly questionBytes: Buffer;
  readonly edns?: Edns;
  /** What is wrong with the message itself. */
  readonly refusal?: Rcode;
}

const HEADER_BYTES = 12;
const QUERY_OPCODE = 0;

/**
 * Reads a message. Undefined when it must not be answered at all: too short to have an id, or itself an answer,
 * which two servers could otherwise throw at each other for ever. Total: whatever the bytes are, it never throws.
 */
export function readQuery(message: Buffer): Query | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) !== 0) return undefined;
  const head = {
    id: message.readUInt16BE(0),
    opcode: (flags >> 11) & 0xf,
    isRecursionDesired: (flags & 0x0100) !== 0,
    isCheckingDisabled: (flags & 0x0010) !== 0,
  };
  const unreadable = { ...head, questionBytes: Buffer.alloc(0) };
  if (head.opcode !== QUERY_OPCODE) return { ...unreadable, refusal: 'NOTIMP' };
  if (!hasSoundCounts(message)) return { ...unreadable, refusal: 'FORMERR' };
  try {
    return { ...head, ...readSections(message) };
  } catch {
    return { ...unreadable, refusal: 'FORMERR' };
  }
}

/**
 * One question, no answers, and no more than an EDNS record and a signature behind them. Checked before decoding:
 * the decoder makes room for as many records as the header claims.
 */
function hasSoundCounts(message: Buffer): boolean {
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
  return questions === 1 && answers === 0 && authorities === 0 && (additionals ?? 0) <= 2;
}

function readSections(message: Buffer): Pick<Query, 'question' | 'questionBytes' | 'edns' | 'refusal'> {
  if (message.length > limits.dnsQueryBytesMax) return { questionBytes: Buffer.alloc(0), refusal: 'FORMERR' };
  const { questions = [], additionals = [] } = dnsPacket.decode(message);
  const [question] = questions;
  if (question === undefined) return { questionBytes: Buffer.alloc(0), refusal: 'FORMERR' };
  const questionBytes = message.subarray(HEADER_BYTES, questionEnd(message));
  const extended = additionals.filter((record) => record.type === 'OPT');
  const [opt] = extended;
  const refusal = refusalOf(question.class, opt?.ednsVersion, extended.length);
  return {
    question: { name: question.name, type: question.type },
    questionBytes,
    ...(opt === undefined
      ? {}
      : { edns: { udpBytes: opt.udpPayloadSize, version: opt.ednsVersion, isDnssecOk: opt.flag_do } }),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function refusalOf(
  questionClass: string | undefined,
  ednsVersion: number | undefined,
  ednsCount: number,
): Rcode | undefined {
  if (ednsCount > 1) return 'FORMERR';
  if (ednsVersion !== undefined && ednsVersion !== 0) return 'BADVERS';
  return questionClass === 'IN' || questionClass === 'ANY' ? undefined : 'REFUSED';
}

/** A question cannot point anywhere: there is nothing before it. */
function questionEnd(message: Buffer): number {
  let at = HEADER_BYTES;
  for (let length = message[at]; length !== 0; length = message[at]) {
    if (length === undefined || length > 63)
      throw new Error('a question whose name is compressed or cut off');
    at += length + 1;
  }
  const end = at + 5;
  if (end > message.length) throw new Error('a question that is cut off');
  return end;
}
