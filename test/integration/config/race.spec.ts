import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, type NewEvent } from '#contracts';
import { type HttpFixture, openHttp } from '../http/http-fixture.js';

let http: HttpFixture;
const base = '/v1/namespaces/default/config';

beforeAll(async () => {
  http = await openHttp();
});
afterAll(() => http.close());

describe('two writers of one key', () => {
  it('racing a thousand times lose no update: every success is a revision in the history', async () => {
    const successes = new Map<number, string>();
    let conflicts = 0;
    const write = async (writer: string, round: number): Promise<void> => {
      const one = await http.ask(`${base}/race/n`);
      const demand: Record<string, string> =
        one.status === 200 ? { 'if-match': String(one.headers['etag']) } : { 'if-none-match': '*' };
      const value = `${writer}-${round}`;
      const answer = await http.ask(`${base}/race/n`, { method: 'PUT', body: { value }, headers: demand });
      if (answer.status === 200) successes.set(answer.json()['sequence'] as number, value);
      else if (answer.json()['code'] === 'ROLLCALL_CONFIG_CONFLICT') conflicts += 1;
    };
    for (let round = 0; round < 1_000; round += 1) await Promise.all([write('a', round), write('b', round)]);
    const history = (await http.ask(`${base}/race/n/history`)).json();
    const revisions = history['revisions'] as { revision: number; value: string }[];
    expect(new Map(revisions.map(({ revision, value }) => [revision, value]))).toEqual(successes);
    expect(successes.size + conflicts).toBe(2_000);
    expect(conflicts).toBeGreaterThan(0);
  }, 120_000);
});

describe('an event that reaches the journal directly', () => {
  const event = (key: string, value: string, contentType = 'number'): NewEvent => ({
    id: crypto.randomUUID(),
    type: eventTypes.configSet,
    actor: 'stranger',
    aggregate: { kind: 'config', namespace: 'default', application: 'direct', key },
    data: { namespace: 'default', application: 'direct', key, contentType, value },
  });

  it('is set aside when nobody could read it or a schema forbids it, and the next right write goes on', async () => {
    const { journal } = http.node.joined?.store ?? fail();
    const put = (path: string, body: object, headers: Record<string, string> = {}) =>
      http.ask(`${base}/${path}`, { method: 'PUT', body, headers });
    await put('direct/n/schema', { schema: { maximum: 10 } });
    const good = await put('direct/n', { value: 1 });
    const broken = await journal.append(event('n', 'many'));
    const forbidden = await journal.append(event('n', '99'));
    const one = await http.ask(`${base}/direct/n?atLeast=${forbidden}`);
    expect(one.json()).toMatchObject({ value: '1', revision: good.json()['sequence'] });
    const quarantined = http.node.view?.quarantined ?? 0;
    expect(quarantined).toBeGreaterThanOrEqual(2);
    const next = await put('direct/n', { value: 2 }, { 'if-match': String(one.headers['etag']) });
    expect([next.status, next.text]).toEqual([200, next.text]);
    const history = (await http.ask(`${base}/direct/n/history`)).json()['revisions'] as object[];
    expect(history).toMatchObject([
      { value: '1' },
      { revision: broken, refused: expect.stringContaining('number') },
      { revision: forbidden, refused: expect.stringContaining('<= 10') },
      { value: '2' },
    ]);
    const restored = await http.ask(`${base}/direct/n/rollback`, {
      method: 'POST',
      body: { revision: forbidden },
    });
    expect(restored.json()['code']).toBe('ROLLCALL_CONFIG_REVISION_UNKNOWN');
  });

  it('is set aside when it is a secret that was not sealed, and its text is shown nowhere', async () => {
    const { journal } = http.node.joined?.store ?? fail();
    const sequence = await journal.append(event('password', 'hunter2', 'secret'));
    await http.ask(`/v1/namespaces?atLeast=${sequence}`);
    expect((await http.ask(`${base}/direct/password`)).status).toBe(404);
    const refused = await http.ask(`${base}/direct/password`, {
      method: 'PUT',
      body: { value: 'hunter2', contentType: 'secret' },
    });
    expect([refused.status, refused.text.includes('hunter2')]).toEqual([400, false]);
    expect(http.errors.some(({ text, facts }) => JSON.stringify([text, facts]).includes('hunter2'))).toBe(
      false,
    );
  });
});

function fail(): never {
  throw new Error('the broker was not joined');
}
