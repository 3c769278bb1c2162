import { isIPv6 } from 'node:net';

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** The bytes of an IP address, or undefined when the text is none. */
export function ipBytes(address: string): Uint8Array | undefined {
  const dotted = IPV4.exec(address);
  if (dotted !== null) {
    const bytes = dotted.slice(1).map(Number);
    return bytes.every((byte) => byte <= 255) ? Uint8Array.of(...bytes) : undefined;
  }
  return isIPv6(address) ? ipv6Bytes(address) : undefined;
}

function ipv6Bytes(address: string): Uint8Array | undefined {
  // A zone index such as %eth0 means something on one machine only.
  if (address.includes('%')) return undefined;
  const bytes = new Uint8Array(16);
  const [head = '', tail] = withHexTail(address).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  for (const [index, group] of left.entries()) putGroup(bytes, index, group);
  for (const [index, group] of right.entries()) putGroup(bytes, 8 - right.length + index, group);
  return bytes;
}

function putGroup(bytes: Uint8Array, index: number, group: string): void {
  const value = Number.parseInt(group, 16);
  bytes[2 * index] = value >> 8;
  bytes[2 * index + 1] = value & 0xff;
}

/** `::ffff:10.0.0.7` with its last four bytes as hexadecimal groups. */
function withHexTail(address: string): string {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (dotted === null) return address;
  const [a = 0, b = 0, c = 0, d = 0] = dotted.slice(2).map(Number);
  return `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** Eight or 32 hexadecimal digits, as they stand in names below `addr`. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The bytes behind such digits. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
