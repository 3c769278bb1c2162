import type { Ask } from './http-fixture.js';

const base = '/v1/namespaces/default';
const template = '/v1/namespaces/{namespace}';
const key = `${base}/config/orders/limits.maxPool`;
const one = `${template}/config/{application}/{key}`;
const override = { name: 'canary', match: { zone: 'eu-1' }, value: 20 };
const soon = new Date(Date.now() + 3_600_000).toISOString();

/** Requests about config, with the path the document has for each. */
export const configStory: readonly [path: string, template: string, ask: Ask][] = [
  [key, one, { method: 'PUT', body: { value: 10, reason: 'why' } }],
  [key, one, {}],
  [key, one, { method: 'PUT', body: { value: 11, revertAfter: '15m' } }],
  [key, one, { method: 'PUT', body: { value: 12, effectiveAt: soon } }],
  [key, one, { method: 'PUT', body: {} }],
  [`${base}/config`, `${template}/config`, {}],
  [`${base}/config/orders`, `${template}/config/{application}`, {}],
  [
    `${base}/config/orders`,
    `${template}/config/{application}`,
    {
      method: 'POST',
      body: {
        changes: [
          { key: 'a', value: 'x' },
          { key: 'b', value: { c: 1 } },
        ],
      },
    },
  ],
  [`${key}/history`, `${one}/history`, {}],
  [`${key}/diff?from=1&to=2`, `${one}/diff`, {}],
  [`${key}/schema`, `${one}/schema`, { method: 'PUT', body: { schema: { type: 'integer' } } }],
  [`${key}/schema`, `${one}/schema`, {}],
  [`${key}/schema`, `${one}/schema`, { method: 'DELETE' }],
  [`${key}/overrides`, `${one}/overrides`, { method: 'PUT', body: { overrides: [override] } }],
  [`${key}/overrides`, `${one}/overrides`, {}],
  [`${key}/overrides`, `${one}/overrides`, { method: 'DELETE' }],
  [`${key}/gray`, `${one}/gray`, { method: 'PUT', body: { value: 30, to: { percent: 10 } } }],
  [`${key}/gray`, `${one}/gray`, {}],
  [`${key}/gray`, `${one}/gray`, { method: 'PUT', body: { to: { percent: 20 } } }],
  [`${base}/config-effective/orders?instance=orders-1`, `${template}/config-effective/{application}`, {}],
  [`${key}/gray/complete`, `${one}/gray/complete`, { method: 'POST', body: {} }],
  [`${key}/gray`, `${one}/gray`, { method: 'DELETE' }],
  [`${key}/rollout`, `${one}/rollout`, {}],
  [`${base}/config-schedules/orders`, `${template}/config-schedules/{application}`, {}],
  [
    `${base}/config-schedules/orders/none`,
    `${template}/config-schedules/{application}/{schedule}`,
    { method: 'DELETE' },
  ],
  [`${base}/config-export/orders`, `${template}/config-export/{application}`, {}],
  [
    `${base}/config-import/orders`,
    `${template}/config-import/{application}`,
    { method: 'POST', body: { format: 'env', text: 'A=1\n' } },
  ],
  [key, one, { method: 'DELETE' }],
  [`${key}/undelete`, `${one}/undelete`, { method: 'POST', body: {} }],
];
