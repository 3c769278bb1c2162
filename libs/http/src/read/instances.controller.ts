import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkName, type InstanceView, quote, RollcallError } from '#contracts';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { InstanceAnswers } from './instance-answers.js';
import { awaitIndex, waitParameters } from './long-poll.js';
import { readerFor } from './moment.js';
import { checkQueryNames, type Query as Parameters } from './query.js';

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
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<InstanceView> {
    checkName('namespace', namespace);
    checkName('service', service);
    checkName('instance', instance);
    checkQueryNames(query, ['at', 'atLeast']);
    const reader = await readerFor(this.parts, query, reply, { namespace, service });
    const found = reader.instance(namespace, service, instance);
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
    const own = ['at', 'atLeast', ...waitParameters];
    const reader = await readerFor(this.parts, query, reply, place);
    if (reader !== this.parts.reader) {
      await this.answers.sendPast(request, reply, reader, place);
      return;
    }
    await awaitIndex(this.parts, query, place, request.raw);
    await this.answers.send(request, reply, place, own);
  }
}
