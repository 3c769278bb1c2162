import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyName } from '#testkit';
import { type Asked, parseName } from './name.js';

const parse = (name: string): Asked => parseName(name, 'rollcall');

/** A name read back in words, so that a table can be compared. */
function inWords(name: string): string {
  const asked = parse(name);
  if (asked.kind !== 'service') return Object.values(asked).join(' ');
  const { version, zone, tags, endpoint } = asked.filter;
  const filters = [
    version === undefined ? '' : `version ${version.text}`,
    zone === undefined ? '' : `zone ${zone}`,
    ...tags.map((tag) => `tag ${tag}`),
    endpoint === undefined ? '' : `endpoint ${endpoint.name} over ${endpoint.transport}`,
  ];
  return [asked.namespace, asked.service, ...filters.filter((words) => words !== '')].join(' ');
}

describe('a name', () => {
  it.each([
    ['payments.default.service.rollcall', 'default payments'],
    ['PayMents.DEFAULT.Service.RollCall', 'default payments'],
    ['_http._tcp.payments.default.service.rollcall', 'default payments endpoint http over tcp'],
    ['_dns._udp.payments.default.service.rollcall', 'default payments endpoint dns over udp'],
    ['1.4.version.payments.default.service.rollcall', 'default payments version 1.4'],
    ['^1.2.version.payments.default.service.rollcall', 'default payments version ^1.2'],
    ['1.4.2-rc.1.version.payments.default.service.rollcall', 'default payments version 1.4.2-rc.1'],
    ['canary.tag.payments.default.service.rollcall', 'default payments tag canary'],
    ['v1.2.tag.payments.default.service.rollcall', 'default payments tag v1.2'],
    ['zone.tag.payments.default.service.rollcall', 'default payments tag zone'],
    ['blue.tag.canary.tag.payments.default.service.rollcall', 'default payments tag canary tag blue'],
    ['canary.tag.eu-1.zone.payments.default.service.rollcall', 'default payments zone eu-1 tag canary'],
    [
      '_http._tcp.a.tag.1.version.eu-1.zone.tag.zone.service.rollcall',
      'zone tag version 1 zone eu-1 tag a endpoint http over tcp',
    ],
    ['payments-1.payments.default.instance.rollcall', 'instance default payments payments-1'],
    ['0a000007.addr.rollcall', 'address 0a000007'],
    ['rollcall', 'apex'],
    ['ns.rollcall', 'name-server'],
    ['service.rollcall', 'branch'],
    ['default.service.rollcall', 'branch default'],
    ['tag.payments.default.service.rollcall', 'branch default payments'],
    ['_tcp.payments.default.service.rollcall', 'branch default payments'],
    ['payments.default.instance.rollcall', 'branch default payments'],
    ['addr.rollcall', 'branch'],
    ['nobody.rollcall', 'nothing'],
    ['a.ns.rollcall', 'nothing'],
    ['xyz.addr.rollcall', 'nothing'],
    ['pay_ments.default.service.rollcall', 'nothing'],
    ['surplus.payments.default.service.rollcall', 'nothing'],
    ['banana.version.payments.default.service.rollcall', 'nothing'],
    ['1.version.2.version.payments.default.service.rollcall', 'nothing'],
    ['a.zone.b.zone.payments.default.service.rollcall', 'nothing'],
    ['_http._sctp.payments.default.service.rollcall', 'nothing'],
    ['x._http._tcp.payments.default.service.rollcall', 'nothing'],
    ['.', 'outside'],
    ['', 'outside'],
    ['example.com', 'outside'],
    ['notrollcall', 'outside'],
    ['payments.default.service.rollcall.example.com', 'outside'],
  ])('%s asks for: %s', (name, words) => {
    expect(inWords(name)).toBe(words);
  });

  it('may be in a zone of several labels', () => {
    const asked = parseName('payments.default.service.reg.example', 'reg.example');
    expect(asked).toMatchObject({ kind: 'service', namespace: 'default', service: 'payments' });
  });

  it('finds the service and the tag again, whatever they are called', () => {
    fc.assert(
      fc.property(anyName(), anyName(), anyName(), (namespace, service, tag) => {
        const asked = parse(`${tag}.tag.${service}.${namespace}.service.rollcall`);
        expect(asked).toMatchObject({ kind: 'service', namespace, service, filter: { tags: [tag] } });
      }),
    );
  });

  it('of any junk is read as something', () => {
    const label = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom('tag', 'zone', 'version', '_tcp', '_http', 'service', 'a', '1'),
    );
    fc.assert(
      fc.property(fc.array(label, { maxLength: 9 }), (labels) => {
        expect(parse([...labels, 'service', 'rollcall'].join('.'))).toHaveProperty('kind');
      }),
    );
  });
});
