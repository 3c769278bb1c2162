import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkName, limits, RollcallError, type ServicePolicyRecord } from '#contracts';
import {
  type InstanceNames,
  objectBody,
  overrideBody,
  reasonIn,
  type Renewal,
  type TimelineLine,
} from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { checkQueryNames, type Query as Parameters, textParameter } from '../read/query.js';
import { actorOf } from '../write/actor.js';

interface Written {
  readonly sequence: number;
}

/** What operators do with one instance or one service, and the story it has. */
@Controller('v1/namespaces/:namespace/services/:service')
export class OperatorController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /** Drains, puts in maintenance or changes the weight: `{"status": "draining", "weight": 10, "reason": "..."}`. */
  @Put('instances/:instance/override')
  override(
    @Param() names: InstanceNames,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Written> {
    const { reason, ...change } = overrideBody(body);
    const by = actorOf(request, reason);
    return this.#written(reply, this.parts.operator().override(checked(names), change, by));
  }

  /** Lifts everything operators laid over it. */
  @Delete('instances/:instance/override')
  lift(
    @Param() names: InstanceNames,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Written> {
    checkQueryNames(query, ['reason']);
    const by = actorOf(request, textParameter(query, 'reason', limits.reasonLengthMax));
    return this.#written(reply, this.parts.operator().lift(checked(names), by));
  }

  /** Takes the present incarnation out. */
  @Post('instances/:instance/evict')
  @HttpCode(200)
  evict(
    @Param() names: InstanceNames,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Written> {
    const { reason } = objectBody(body ?? {}, ['reason']);
    return this.#written(
      reply,
      this.parts.operator().evict(checked(names), actorOf(request, reasonIn(reason))),
    );
  }

  /** Renews the lease of an instance that does not speak NATS: `{"incarnation": 3}`, or an empty body. */
  @Post('instances/:instance/heartbeat')
  @HttpCode(200)
  async renew(@Param() names: InstanceNames, @Body() body: unknown): Promise<Renewal> {
    const { incarnation } = objectBody(body ?? {}, ['incarnation']);
    if (incarnation !== undefined && !(Number.isSafeInteger(incarnation) && (incarnation as number) > 0)) {
      throw new RollcallError(
        'ROLLCALL_RECORD_INVALID',
        `incarnation ${JSON.stringify(incarnation)} is not a positive whole number`,
      );
    }
    return this.parts.renewer().renew(checked(names), incarnation as number | undefined);
  }

  /** Everything the journal says about it, in sentences. */
  @Get('instances/:instance/story')
  async story(
    @Param() names: InstanceNames,
    @Query() query: Parameters,
  ): Promise<{ readonly story: TimelineLine[] }> {
    checkQueryNames(query, []);
    const story = await this.parts.story(checked(names));
    if (story.some(({ type }) => type.startsWith('rollcall.instance.') || type === 'unreadable'))
      return { story };
    throw new RollcallError(
      'ROLLCALL_NOT_FOUND',
      `the journal knows no instance "${names.instance}" of "${names.service}"`,
    );
  }

  /** Sets the policy of the service: `{"protection": {"sharePercent": 50, "minimumCount": 3, "maxMs": 120000}}`. */
  @Put('policy')
  setPolicy(
    @Param() { namespace, service }: Omit<InstanceNames, 'instance'>,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Written> {
    const { reason, ...content } = objectBody(body, [
      'description',
      'metadata',
      'protection',
      'calls',
      'routes',
      'reason',
    ]);
    const policy = { ...content, namespace, service } as ServicePolicyRecord;
    return this.#written(reply, this.parts.operator().setPolicy(policy, actorOf(request, reasonIn(reason))));
  }

  async #written(reply: FastifyReply, write: Promise<number>): Promise<Written> {
    const sequence = await write;
    void reply.header('x-rollcall-sequence', String(sequence));
    return { sequence };
  }
}

function checked({ namespace, service, instance }: InstanceNames): InstanceNames {
  return {
    namespace: checkName('namespace', namespace),
    service: checkName('service', service),
    instance: checkName('instance', instance),
  };
}
