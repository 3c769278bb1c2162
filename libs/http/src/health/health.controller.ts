import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RollcallError } from '#contracts';
import { HTTP_PARTS, type ProcessParts } from '../http-parts.js';
import { PROBLEM_TYPE, problemOf } from '../problem/problem.js';

@Controller()
export class HealthController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: ProcessParts) {}

  /** The process runs. A restart would not help it, whatever else is wrong. */
  @Get('healthz')
  alive(): { readonly status: 'ok'; readonly version: string; readonly uptimeMs: number } {
    return { status: 'ok', version: this.parts.version, uptimeMs: Math.round(process.uptime() * 1_000) };
  }

  /** 200 when the process serves as it should; else 503 with what is wrong in words. */
  @Get('readyz')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { ready, checks } = await this.parts.readiness.report();
    if (ready) {
      await reply.send({ status: 'ready', checks });
      return;
    }
    const wrong = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
    const error = new RollcallError('ROLLCALL_UNAVAILABLE', `not ready (${wrong.join('; ')})`, {
      action: 'It becomes ready by itself as soon as these are well again.',
    });
    const body = { ...problemOf(error), checks };
    await reply
      .code(503)
      .header('retry-after', '1')
      .header('content-type', PROBLEM_TYPE)
      .send(JSON.stringify(body));
  }
}
