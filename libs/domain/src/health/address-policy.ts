/**
 * Why nobody must connect to an IP address on somebody's word, or undefined when it may be. A record is
 * a stranger's word: without this, registering `169.254.169.254` would make the registry, or any caller, talk to
 * a cloud's metadata service. Loopback and private networks are where services live, so they are allowed.
 */
export function addressRefusal(ip: string): string | undefined {
  if (!ip.includes(':')) return ipv4Refusal(ip);
  const groups = ipv6Groups(ip.toLowerCase());
  return groups === undefined ? 'it is not an IP address' : ipv6Refusal(groups);
}

/**
 * The same for an address as a record writes it, which may also be a name. What a name leads to has to be looked
 * at when it is looked up; here only names that are an IP address in disguise are refused (`0x7f.1`, `2130706433`).
 */
export function hostRefusal(host: string): string | undefined {
  if (host.includes(':') || DOTTED_QUAD.test(host)) return addressRefusal(host);
  const last = host.split('.').findLast((label) => label !== '') ?? '';
  if (/^(\d+|0x[0-9a-f]*)$/i.test(last)) return 'it is an IP address in disguise';
  return undefined;
}

/** Four numbers without leading zeros: with one, some read the number as octal. */
const DOTTED_QUAD = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/;

function ipv4Refusal(address: string): string | undefined {
  const parts = address.split('.').map(Number);
  const [first = 0, second = 0] = parts;
  if (!DOTTED_QUAD.test(address) || parts.some((part) => part > 255)) return 'it is not an IP address';
  if (first === 0) return 'it means "this network"';
  if (first === 169 && second === 254) return 'it is link-local, where metadata services live';
  if (first === 100 && second === 100 && parts[2] === 100 && parts[3] === 200)
    return 'it is a metadata service';
  if (first >= 224) return 'it is a multicast or reserved address';
  return undefined;
}

function ipv6Refusal(groups: readonly number[]): string | undefined {
  const [first = 0, second = 0] = groups;
  const leadingZeros = groups.findIndex((group) => group !== 0);
  if (leadingZeros === -1) return 'it means "no address"';
  if ((first & 0xff_c0) === 0xfe_80) return 'it is link-local';
  if ((first & 0xff_00) === 0xff_00) return 'it is a multicast address';
  if (first === 0xfd_00 && second === 0x0e_c2) return 'it is a metadata service';
  return hiddenIpv4Refusal(groups, leadingZeros);
}

/** IPv4 in the clothes of IPv6: `::ffff:a.b.c.d` is what it hides; forms that only translators use are refused. */
function hiddenIpv4Refusal(groups: readonly number[], leadingZeros: number): string | undefined {
  const hides = 'it hides an IPv4 address';
  if (groups[0] === 0x64 && groups[1] === 0xff_9b) return hides;
  if (leadingZeros === 5 && groups[5] === 0xff_ff) return ipv4Refusal(ipv4In(groups));
  // `::1` is the loopback address; `::a.b.c.d` is a form nobody uses any more.
  const isLoopback = leadingZeros === 7 && groups[7] === 1;
  return leadingZeros >= 6 && !isLoopback ? hides : undefined;
}

function ipv4In(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** The eight groups of an IPv6 address in any of its spellings; undefined when it is none. */
function ipv6Groups(text: string): number[] | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const hex = tail === null ? text : `${tail[1]}${hexOf(tail[2] ?? '')}`;
  const [head = '', rest, ...more] = hex.split('::');
  if (more.length > 0) return undefined;
  const before = groupsIn(head);
  const after = rest === undefined ? [] : groupsIn(rest);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...before, ...Array.from({ length: missing }, () => 0), ...after];
}

function groupsIn(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  return groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined;
}

function hexOf(ipv4: string): string {
  const [first = 0, second = 0, third = 0, fourth = 0] = ipv4.split('.').map(Number);
  return `${(first * 256 + second).toString(16)}:${(third * 256 + fourth).toString(16)}`;
}
