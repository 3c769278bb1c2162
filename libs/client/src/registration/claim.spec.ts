import { describe, expect, it } from '@jest/globals';
import { eventTypes } from '#contracts';
import { type Claim, lossOf } from './claim.js';

const own = { service: 'orders', instance: 'orders-1', incarnation: 3, sequence: 100 };
const last = {
  type: eventTypes.instanceRegistered,
  incarnation: 4,
  source: '/services/orders/orders-1/host-b/99',
  actor: 'green',
};

describe('a registration compared with who holds the id now', () => {
  it.each<[what: string, claim: Pick<Claim, 'incarnation' | 'sequence' | 'last'>]>([
    [
      'its own last event',
      { incarnation: 3, sequence: 100, last: { ...last, incarnation: 3, type: eventTypes.instanceUpdated } },
    ],
    [
      'an event of an older incarnation',
      { incarnation: 3, sequence: 105, last: { ...last, incarnation: 2 } },
    ],
    ['bytes that cannot be read', { incarnation: 3, sequence: 105 }],
    [
      'an update in its own name',
      { incarnation: 3, sequence: 105, last: { ...last, incarnation: 3, type: eventTypes.instanceUpdated } },
    ],
    ['nothing at all', { incarnation: 0, sequence: 0 }],
  ])('is not lost by %s', (_what, claim) => {
    expect(lossOf(own, claim)).toBeUndefined();
  });

  it('is lost to a newer incarnation, which is named', () => {
    const loss = lossOf(own, { incarnation: 4, sequence: 105, last });
    expect(loss).toMatchObject({
      code: 'ROLLCALL_SUPERSEDED',
      details: { incarnation: 3, newest: 4, actor: 'green' },
    });
    expect(loss?.message).toContain('registered by "green" at "/services/orders/orders-1/host-b/99"');
  });

  it('is lost to a newer incarnation of which only the view tells', () => {
    expect(lossOf(own, { incarnation: 4, sequence: 105 })).toMatchObject({ code: 'ROLLCALL_SUPERSEDED' });
  });

  it('is lost to somebody who registers with the same incarnation', () => {
    expect(lossOf(own, { incarnation: 3, sequence: 105, last: { ...last, incarnation: 3 } })).toMatchObject({
      code: 'ROLLCALL_SUPERSEDED',
    });
  });

  it('is over when somebody deregistered it', () => {
    const goodbye = { type: eventTypes.instanceDeregistered, incarnation: 3, reason: 'wrong cluster' };
    const loss = lossOf(own, { incarnation: 3, sequence: 105, last: goodbye });
    expect(loss).toMatchObject({
      code: 'ROLLCALL_NOT_REGISTERED',
      message: expect.stringContaining('somebody who gave no name (wrong cluster)'),
    });
  });
});
