/**
 * Why the registry must not connect to an IP address on somebody's word, or undefined when it may. A record is
 * a stranger's word: without this, registering `169.254.169.254` would make the registry read a cloud's
 * metadata service. Loopback and private networks are where services live, so they are allowed.
 */
export function addressRefusal(ip: string): string | undefined {
  const address = ip.toLowerCase().replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
  return address.includes(':') ? ipv6Refusal(address) : ipv4Refusal(address);
}

function ipv4Refusal(address: string): string | undefined {
  const parts = address.split('.').map(Number);
  const [first = 0, second = 0] = parts;
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return 'it is not an IP address';
  if (first === 0) return 'it means "this network"';
  if (first === 169 && second === 254) return 'it is link-local, where metadata services live';
  if (first === 100 && second === 100 && parts[2] === 100 && parts[3] === 200)
    return 'it is a metadata service';
  if (first >= 224) return 'it is a multicast or reserved address';
  return undefined;
}

function ipv6Refusal(address: string): string | undefined {
  if (address === '::') return 'it means "no address"';
  if (/^fe[89ab]/.test(address)) return 'it is link-local';
  if (address.startsWith('ff')) return 'it is a multicast address';
  if (/^fd00:0?ec2:/.test(address)) return 'it is a metadata service';
  if (address.startsWith('::ffff:') || address.startsWith('64:ff9b:')) return 'it hides an IPv4 address';
  return undefined;
}
