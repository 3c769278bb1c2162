import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { openApiDocument } from '../generated/openapi.js';
import { renderDocsPage } from './docs-page.js';

@Controller()
export class OpenApiController {
  readonly #json = JSON.stringify(openApiDocument);
  readonly #page = renderDocsPage();

  /** The API for programs. */
  @Get('openapi.json')
  async document(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', 'application/json; charset=utf-8').send(this.#json);
  }

  /** The API for people. */
  @Get('docs')
  async page(@Res() reply: FastifyReply): Promise<void> {
    // A page that may load and run nothing cannot be made to.
    const policy = "default-src 'none'; style-src 'unsafe-inline'";
    await reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .send(this.#page);
  }
}
