import { type Endpoint, type Protocol, protocols, quote } from '#contracts';
import { usage } from './usage.js';

const HOW = 'Write it like http=127.0.0.1:8080, api=https://10.0.0.7:443/v1 or rpc=nats:orders.rpc.';

/**
 * An endpoint as a flag says it: `<name>=[<protocol>://]<address>:<port>[/path]` or `<name>=nats:<subject>`.
 * Without a protocol, a name that is one says which; any other name means tcp.
 * @throws ROLLCALL_USAGE
 */
export function endpointOf(text: string): Endpoint {
  const [, name, target] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || target === undefined) throw usage(`endpoint ${quote(text)} has no name`, HOW);
  const subject = /^nats:(?:\/\/)?(.+)$/.exec(target)?.[1];
  if (subject !== undefined) return { name, protocol: 'nats', subject };
  const [, scheme, address, port, path] =
    /^(?:([a-z]+):\/\/)?(\[[0-9A-Fa-f:.]+\]|[^\s/:[\]]+):(\d{1,5})(\/\S*)?$/.exec(target) ?? [];
  if (address === undefined) throw usage(`endpoint ${quote(text)} names no address and port`, HOW);
  return {
    name,
    protocol: protocolOf(scheme, name, text),
    address: address.replaceAll(/^\[|\]$/g, ''),
    port: Number(port),
    ...(path === undefined ? {} : { path }),
  };
}

function protocolOf(scheme: string | undefined, name: string, text: string): Protocol {
  const isProtocol = (word: string): word is Protocol => (protocols as readonly string[]).includes(word);
  if (scheme === undefined) return isProtocol(name) && name !== 'nats' ? name : 'tcp';
  if (isProtocol(scheme)) return scheme;
  throw usage(
    `endpoint ${quote(text)} has protocol ${quote(scheme)}; allowed is ${protocols.join(', ')}`,
    HOW,
  );
}
