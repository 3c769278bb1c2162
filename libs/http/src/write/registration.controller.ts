import { Controller, Delete, HttpStatus, Inject, Param, Patch, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkName, limits } from '#contracts';
import { type InstanceNames, objectBody, type Registered, registrationOf } from '#application';
import { changeableFields } from '#domain';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { checkQueryNames, type Query as Parameters, textParameter } from '../read/query.js';
import { actorOf } from './actor.js';

@Controller('v1/namespaces/:namespace/services/:service/instances/:instance')
export class RegistrationController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /** Registers, taking the next incarnation: 201 when the instance was not there, 200 when it starts anew. */
  @Put()
  async register(
    @Param() names: InstanceNames,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Registered> {
    const { reason, ...checked } = check(names, query);
    const input = registrationOf(checked, request.body);
    const { namespace, service, instance } = checked;
    const writer = this.parts.writer();
    const known = this.parts.reader.instance(namespace, service, instance);
    const registered = await writer.register(input, actorOf(request, reason));
    const isNew = known === undefined || known.departure !== undefined;
    void reply.code(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    void reply.header('x-rollcall-sequence', String(registered.sequence));
    return registered;
  }

  /**
   * Changes fields of a running instance, such as `{"status": "draining"}` or `{"metadata": {"ring": "2", "old": null}}`:
   * JSON Merge Patch (RFC 7396), in which null takes a field away.
   */
  @Patch()
  async update(
    @Param() names: InstanceNames,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Registered> {
    const { reason, ...checked } = check(names, query);
    const change = objectBody(request.body, changeableFields);
    const updated = await this.parts.writer().update(checked, change, actorOf(request, reason));
    void reply.header('x-rollcall-sequence', String(updated.sequence));
    return updated;
  }

  /** Says good-bye for the instance; `reason` is kept in the journal and shown to consumers. */
  @Delete()
  async deregister(
    @Param() names: InstanceNames,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Registered> {
    const { reason, ...checked } = check(names, query);
    const deregistered = await this.parts.writer().deregister(checked, actorOf(request, reason));
    void reply.header('x-rollcall-sequence', String(deregistered.sequence));
    return deregistered;
  }
}

function check(names: InstanceNames, query: Parameters): InstanceNames & { reason: string | undefined } {
  checkQueryNames(query, ['reason']);
  return {
    namespace: checkName('namespace', names.namespace),
    service: checkName('service', names.service),
    instance: checkName('instance', names.instance),
    reason: textParameter(query, 'reason', limits.reasonLengthMax),
  };
}
