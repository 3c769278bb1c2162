import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkName, type InstanceView, quote, RollcallError } from '#contracts';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { InstanceAnswers } from './instance-answers.js';
import { awaitIndex, waitParameters } from './long-poll.js';
import { checkQueryNames, type Query as Parameters, sequenceParameter } from './query.js';

@Controller('v1/namespaces/:namespace')
export class InstancesController {
  constructor(
    @Inject(HTTP_PARTS) private readonly parts: HttpParts,
    @Inject(InstanceAnswers) private readonly answers: InstanceAnswers,
  ) {}

  /** The instances of a service, filtered, sorted and in pages; with `all`, the departed too, each saying why. */
  @Get('services/:service/instances')
  async ofService(
    @Param() { namespace, service }: { namespace: string; service: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    checkName('service', service);
    await this.#answer(request, reply, { namespace, service });
  }

  /** The instances of every service of a namespace. */
  @Get('instances')
  async ofNamespace(
    @Param('namespace') namespace: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#answer(request, reply, { namespace });
  }

  /** One instance, also one that departed: its record then says why. */
  @Get('services/:service/instances/:instance')
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

  async #answer(
    request: FastifyRequest,
    reply: FastifyReply,
    place: { readonly namespace: string; readonly service?: string },
  ): Promise<void> {
    checkName('namespace', place.namespace);
    const query = request.query as Parameters;
    const { reader } = this.parts;
    await reader.atLeast(sequenceParameter(query, 'atLeast'));
    await awaitIndex(this.parts, query, place, request.raw);
    await this.answers.send(request, reply, place, ['atLeast', ...waitParameters]);
  }
}
