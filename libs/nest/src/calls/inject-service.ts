import { Inject, type Provider } from '@nestjs/common';
import { checkName } from '#contracts';
import { type HttpCallerOptions, RollcallClient } from '#client';
import { MODULE_OPTIONS_TOKEN } from '../module/definition.js';
import type { RollcallModuleOptions } from '../module/options.js';

/** Services that classes of this process ask for, each with the options it was first asked for with. */
const wanted = new Map<string, HttpCallerOptions>();

/** Injection token of the HTTP caller of a service. */
export const serviceToken = (service: string): string => `rollcall:service:${service}`;

/**
 * Injects an `HttpCaller` for a service: `constructor(@InjectService('payments') private payments: HttpCaller)`. One
 * caller a service; its options are those of the first who asks for it, and of `services` in the module's options.
 */
export function InjectService(
  service: string,
  options: HttpCallerOptions = {},
): ParameterDecorator & PropertyDecorator {
  checkName('service', service);
  if (!wanted.has(service)) wanted.set(service, options);
  return Inject(serviceToken(service));
}

/** Providers for all services asked for by classes loaded so far, and for those the module's options name. */
export function serviceProviders(named: readonly string[]): Provider[] {
  const services = new Set([...wanted.keys(), ...named]);
  return [...services].map((service) => ({
    provide: serviceToken(service),
    inject: [RollcallClient, MODULE_OPTIONS_TOKEN],
    useFactory: (client: RollcallClient, { services: configured }: RollcallModuleOptions) =>
      client.http(service, { ...configured?.[service], ...wanted.get(service) }),
  }));
}
