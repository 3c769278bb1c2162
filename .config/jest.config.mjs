import { fileURLToPath } from 'node:url';

/**
 * Jest in native ESM mode; SWC turns TypeScript into JavaScript without a type check (`npm run types` does that).
 * Projects by cost: `unit` lies beside the code and starts nothing; `integration` talks to a real nats-server; `e2e`
 * runs built apps as processes; `trial` does so too, and kills, floods and counts milliseconds, so each file has the
 * machine for itself (`--runInBand`).
 */
const rootDir = fileURLToPath(new URL('..', import.meta.url));

const TRIALS = 'test/e2e/((calls|chaos|config|liveness)/|registry/watchers)';

const shared = {
  rootDir,
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['rollcall-source', 'node', 'node-addons'] },
  moduleNameMapper: {
    '^#([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/', '<rootDir>/.cache/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

export default {
  rootDir,
  workerIdleMemoryLimit: '600MB',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{libs,apps}/**/*.spec.ts', '<rootDir>/test/{architecture,bench}/**/*.spec.ts'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/{integration,history}/**/*.spec.ts'],
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'],
      testPathIgnorePatterns: [TRIALS],
    },
    { ...shared, displayName: 'trial', testRegex: [`${TRIALS}.*\\.spec\\.ts$`] },
  ],
  testTimeout: 30_000,
};
