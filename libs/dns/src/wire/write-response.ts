import { type Answer, type Rcode, rcodes, type RecordData, type ResourceRecord } from '../zone/record.js';
import { MessageWriter } from './message-writer.js';
import type { Query } from './read-query.js';

/** Record types we write (RFC 1035, 3596, 2782, 6891). */
const typeNumbers = { A: 1, NS: 2, SOA: 6, HINFO: 13, TXT: 16, AAAA: 28, SRV: 33 } as const;
const OPT = 41;
const CLASS_IN = 1;
const EDNS_BYTES = 11;
/** A pointer to the name in the question, which follows the header. */
const ASKED_NAME = 0xc00c;
const MESSAGE_BYTES_MAX = 65_535;

const flagBits = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursion: 0x0100,
  unchecked: 0x0010,
};
const places = { flags: 2, answers: 6, authorities: 8, additionals: 10 };

/** Room for the longest message; what is written is copied out before anybody else writes. */
const scratch = Buffer.alloc(2 * MESSAGE_BYTES_MAX);

export interface ResponseLimits {
  /** The message may have so many bytes. What does not fit is left out, and TC says so when it was asked for. */
  readonly bytesMax: number;
  /** What we say we take ourselves, in the EDNS record. */
  readonly udpBytes: number;
}

/** An answer to a query as bytes. */
export function writeResponse(query: Query, answer: Answer, { bytesMax, udpBytes }: ResponseLimits): Buffer {
  const writer = new MessageWriter(scratch);
  writeHead(writer, query);
  const room = Math.min(bytesMax, MESSAGE_BYTES_MAX) - (query.edns === undefined ? 0 : EDNS_BYTES);
  const answers = writeRecords(writer, answer.answers, room);
  const isTruncated = answers < answer.answers.length;
  const authorities = isTruncated ? 0 : writeRecords(writer, answer.authorities, room);
  let additionals = isTruncated ? 0 : writeRecords(writer, answer.additionals, room);
  if (query.edns !== undefined) {
    writeEdns(writer, query.edns, answer.rcode, udpBytes);
    additionals += 1;
  }
  writer.uint16At(flagsOf(query, answer, isTruncated), places.flags);
  writer.uint16At(answers, places.answers);
  writer.uint16At(authorities, places.authorities);
  writer.uint16At(additionals, places.additionals);
  return writer.copy();
}

function writeHead(writer: MessageWriter, { id, questionBytes }: Query): void {
  writer.uint16(id);
  writer.uint16(0);
  writer.uint16(questionBytes.length === 0 ? 0 : 1);
  for (let count = 0; count < 3; count += 1) writer.uint16(0);
  if (questionBytes.length === 0) return;
  writer.knownName(questionBytes.subarray(0, -4));
  writer.bytes(questionBytes.subarray(-4));
}

function flagsOf(
  { opcode, isRecursionDesired, isCheckingDisabled }: Query,
  answer: Answer,
  isTruncated: boolean,
): number {
  let flags = flagBits.response | (opcode << 11) | (rcodes[answer.rcode] & 0xf);
  if (answer.isAuthoritative) flags |= flagBits.authoritative;
  if (isTruncated) flags |= flagBits.truncated;
  if (isRecursionDesired) flags |= flagBits.recursion;
  if (isCheckingDisabled) flags |= flagBits.unchecked;
  return flags;
}

/** Writes the records that fit, in order, and says how many those are. */
function writeRecords(writer: MessageWriter, records: readonly ResourceRecord[], room: number): number {
  for (const [index, record] of records.entries()) {
    const before = writer.length;
    writeRecord(writer, record);
    if (writer.length <= room) continue;
    writer.truncate(before);
    return index;
  }
  return records.length;
}

function writeRecord(writer: MessageWriter, { owner, ttl, data }: ResourceRecord): void {
  if (owner === undefined) writer.uint16(ASKED_NAME);
  else writer.name(owner);
  writer.uint16(typeNumbers[data.type]);
  writer.uint16(CLASS_IN);
  writer.uint32(ttl);
  writer.counted(() => writeData(writer, data));
}

function writeData(writer: MessageWriter, data: RecordData): void {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      writer.bytes(data.bytes);
      break;
    case 'NS':
      writer.name(data.host);
      break;
    case 'SRV':
      for (const number of [data.priority, data.weight, data.port]) writer.uint16(number);
      writer.wholeName(data.target);
      break;
    case 'TXT':
      for (const text of data.strings) writer.string(text);
      break;
    case 'HINFO':
      writer.string(data.cpu);
      writer.string(data.os);
      break;
    case 'SOA':
      writer.name(data.primary);
      writer.name(data.mailbox);
      for (const number of [data.serial, data.refresh, data.retry, data.expire, data.minimum])
        writer.uint32(number);
      break;
  }
}

/** The record that stands for an extended header: no name, the class is a size, the time is flags. */
function writeEdns(
  writer: MessageWriter,
  { isDnssecOk }: { isDnssecOk: boolean },
  rcode: Rcode,
  udpBytes: number,
): void {
  writer.uint8(0);
  writer.uint16(OPT);
  writer.uint16(udpBytes);
  writer.uint8(rcodes[rcode] >> 4);
  writer.uint8(0);
  writer.uint16(isDnssecOk ? 0x8000 : 0);
  writer.uint16(0);
}
