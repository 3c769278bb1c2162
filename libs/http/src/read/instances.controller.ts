import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { checkName, type InstanceView, quote, RollcallError } from '#contracts';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { booleanParameter, checkQueryNames, type Query as Parameters, sequenceParameter } from './query.js';

export interface InstancesAnswer {
  readonly namespace: string;
  readonly service: string;
  readonly instances: readonly InstanceView[];
}

@Controller('v1/namespaces/:namespace/services/:service/instances')
export class InstancesController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /** The instances that are there; with `all`, the departed too, each saying why it is not there. */
  @Get()
  async list(
    @Param('namespace') namespace: string,
    @Param('service') service: string,
    @Query() query: Parameters,
  ): Promise<InstancesAnswer> {
    checkName('namespace', namespace);
    checkName('service', service);
    checkQueryNames(query, ['all', 'atLeast']);
    const all = booleanParameter(query, 'all');
    await this.parts.reader.atLeast(sequenceParameter(query, 'atLeast'));
    return { namespace, service, instances: this.parts.reader.instances(namespace, service, { all }) };
  }

  /** One instance, also one that departed: its record then says why. */
  @Get(':instance')
  async one(
    @Param() { namespace, service, instance }: { namespace: string; service: string; instance: string },
    @Query() query: Parameters,
  ): Promise<InstanceView> {
    checkName('namespace', namespace);
    checkName('service', service);
    checkName('instance', instance);
    checkQueryNames(query, ['atLeast']);
    await this.parts.reader.atLeast(sequenceParameter(query, 'atLeast'));
    const found = this.parts.reader.instance(namespace, service, instance);
    if (found !== undefined) return found;
    throw new RollcallError(
      'ROLLCALL_NOT_FOUND',
      `service ${quote(service)} has no instance ${quote(instance)}`,
    );
  }
}
