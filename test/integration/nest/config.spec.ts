import { Inject, Injectable, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { IsBoolean, IsInt, IsString, Max, Min } from 'class-validator';
import { RollcallClient } from '#client';
import {
  type ConfigChange,
  ConfigExplorer,
  ConfigKey,
  type ConfigUpdate,
  OnConfigChange,
  RollcallConfigModule,
  RollcallModule,
} from '#nest';
import { configWriter, type TestConfigWriter } from '../client/config-writer.js';
import { eventually, startTestRegistry, type TestRegistry } from '../client/registry.js';

class PaymentsConfig {
  @ConfigKey('limits.maxPool')
  @IsInt()
  @Min(1)
  @Max(100)
  maxPool: number = 10;

  @ConfigKey()
  @IsBoolean()
  debug: boolean = false;

  @ConfigKey('GREETING')
  @IsString()
  greeting: string;
}

@Injectable()
class Cashier {
  readonly pools: unknown[] = [];
  readonly updates: string[] = [];

  constructor(@Inject(PaymentsConfig) readonly config: PaymentsConfig) {}

  @OnConfigChange(PaymentsConfig, 'limits.maxPool')
  onPool({ before, after }: ConfigChange): void {
    this.pools.push([before, after, this.config.maxPool]);
  }

  @OnConfigChange(PaymentsConfig)
  onAny({ changes }: ConfigUpdate): void {
    this.updates.push(changes.map(({ key }) => key).join(' '));
  }
}

let registry: TestRegistry;
let operator: TestConfigWriter;
let app: TestingModule | undefined;
/** Nest closes nothing of an app that did not come to be. */
const clients: RollcallClient[] = [];
beforeAll(async () => {
  registry = await startTestRegistry();
  operator = await configWriter(registry);
  await operator.set('payments', 'GREETING', 'hello');
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await Promise.all(clients.splice(0).map((client) => client.close()));
});
afterAll(async () => {
  await operator.close();
  await registry.stop();
});

async function start(application = 'payments', own = false): Promise<TestingModule> {
  app = await composed(application, own).compile();
  return app.init();
}

function composed(application: string, own = false): TestingModuleBuilder {
  const { url, user, password } = registry.broker;
  const access = { url, user, password };

  @Module({
    imports: [
      ConfigModule.forRoot({ ignoreEnvFile: true, isGlobal: true, load: [() => ({ theirs: 'untouched' })] }),
      own ? RollcallConfigModule.forRoot(access) : RollcallModule.forRoot(access),
      RollcallConfigModule.forFeature(PaymentsConfig, { application }),
    ],
    providers: [
      Cashier,
      {
        provide: 'opened',
        inject: [{ token: RollcallClient, optional: true }],
        useFactory: (client?: RollcallClient) => client !== undefined && clients.push(client),
      },
    ],
  })
  class AppModule {}

  return Test.createTestingModule({ imports: [AppModule] });
}

describe('a class bound to the config of an application', () => {
  it('is injected with its values, and with its own where nothing is set, beside the config module of Nest', async () => {
    const module = await start();
    expect(module.get(Cashier).config).toEqual({ maxPool: 10, debug: false, greeting: 'hello' });
    expect(module.get(Cashier).config).toBeInstanceOf(PaymentsConfig);
    expect(module.get(ConfigService).get('theirs')).toBe('untouched');
  });

  it('is updated in place; marked methods hear of it when the new values are there', async () => {
    const cashier = (await start()).get(Cashier);
    await operator.batch('payments', { 'limits.maxPool': '20', debug: 'true' });
    await eventually(() => cashier.config.debug, 'the change arrives');
    expect(cashier.config).toEqual({ maxPool: 20, debug: true, greeting: 'hello' });
    expect(cashier.pools).toEqual([[undefined, '20', 20]]);
    expect(cashier.updates).toEqual(['debug limits.maxPool']);
    await operator.delete('payments', 'limits.maxPool');
    await operator.delete('payments', 'debug');
    await eventually(() => !cashier.config.debug, 'the deletion arrives');
    expect(cashier.config.maxPool).toBe(10);
  });

  it('keeps its last good values when an update does not validate, and says why by key', async () => {
    const module = await start();
    const { config } = module.get(Cashier);
    const live = module.get(ConfigExplorer, { strict: false }).of(PaymentsConfig);
    const bad = await operator.set('payments', 'limits.maxPool', '1000', 'number');
    await live.reached(bad);
    expect(config.maxPool).toBe(10);
    expect(live.rejections).toEqual([
      {
        key: 'limits.maxPool',
        revision: bad,
        reason: 'maxPool must not be greater than 100 (key limits.maxPool)',
      },
    ]);
    await live.reached(await operator.set('payments', 'limits.maxPool', '30', 'number'));
    expect(config.maxPool).toBe(30);
    expect(live.rejections).toEqual([]);
    await operator.delete('payments', 'limits.maxPool');
  });

  it('that does not validate at the start stops the app, with the reason', async () => {
    // An app that cannot be made gives no handle to what it has made already, so the client is ours.
    const { url, user, password } = registry.broker;
    const client = await RollcallClient.connect({ url, user, password });
    try {
      const making = composed('unknown').overrideProvider(RollcallClient).useValue(client).compile();
      await expect(making).rejects.toThrow(
        /ROLLCALL_CONFIG_REFUSED.*greeting must be a string \(key GREETING\)/,
      );
    } finally {
      await client.close();
    }
  });

  it('works over a connection of its own, without RollcallModule', async () => {
    expect((await start('payments', true)).get(Cashier).config.greeting).toBe('hello');
  });
});
