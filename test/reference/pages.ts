import { benchmarkPages } from '../bench/report/files.js';
import { asyncApi } from './asyncapi.js';
import { renderDecisionIndex } from './decisions.js';
import { openApi, renderOpenApiModule } from './openapi.js';
import { renderErrorPage } from './error-page.js';
import { renderLimitsPage } from './limits-page.js';
import { schemaPages } from './record-pages.js';
import { renderRecordSchemas } from './record-schemas.js';
import { renderJson } from './schema.js';
import { renderSettingsPage } from './settings.js';

/** Every committed file that is generated from code: `npm run reference` writes them, a test compares. */
export const pages: readonly [path: string, render: () => string][] = [
  ['libs/contracts/src/generated/record-schemas.ts', renderRecordSchemas],
  ...schemaPages(),
  ['docs/reference/asyncapi.json', () => renderJson(asyncApi())],
  ['docs/reference/openapi.json', () => renderJson(openApi())],
  ['libs/http/src/generated/openapi.ts', renderOpenApiModule],
  ['docs/reference/errors.md', renderErrorPage],
  ['docs/reference/limits.md', renderLimitsPage],
  ['docs/reference/settings.md', renderSettingsPage],
  ['docs/decisions/README.md', renderDecisionIndex],
  ...benchmarkPages(),
];
