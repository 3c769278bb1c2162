import { HttpException } from '@nestjs/common';
import { errorText, isRollcallError, limits, quote, RollcallError } from '#contracts';

/** Refusals of Fastify, by its codes. */
const byFastifyCode: Readonly<Record<string, (error: Error) => RollcallError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new RollcallError('ROLLCALL_BODY_TOO_LARGE', `the body has more than ${limits.httpBodyBytesMax} bytes`),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (error) =>
    new RollcallError('ROLLCALL_CONTENT_TYPE_UNSUPPORTED', plain(error)),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => new RollcallError('ROLLCALL_BODY_INVALID', 'the body is empty'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: (error) =>
    new RollcallError('ROLLCALL_REQUEST_MALFORMED', plain(error)),
  FST_ERR_BAD_URL: (error) => new RollcallError('ROLLCALL_REQUEST_MALFORMED', plain(error)),
};

/** What the framework throws, as a catalogue error; undefined for what nobody foresaw. */
export function translate(error: unknown): RollcallError | undefined {
  if (isRollcallError(error)) return error;
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? byFastifyCode[code] : undefined;
  if (known !== undefined) return known(error);
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new RollcallError('ROLLCALL_REQUEST_MALFORMED', plain(error));
  }
  return undefined;
}

/** A framework's sentence as part of ours. */
function plain(error: Error): string {
  return quote(errorText(error).replace(/\.$/, ''));
}
