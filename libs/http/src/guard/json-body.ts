import { quote, RollcallError } from '#contracts';

const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/**
 * A request body as JSON. Stricter than a lenient decoder: bytes that are not UTF-8 would otherwise be stored as
 * replacement characters without anybody noticing.
 * @throws ROLLCALL_BODY_INVALID
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  let text: string;
  try {
    text = strictDecoder.decode(bytes);
  } catch (error) {
    throw new RollcallError('ROLLCALL_BODY_INVALID', 'the body is not valid UTF-8', { cause: error });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new RollcallError(
      'ROLLCALL_BODY_INVALID',
      `the body is not JSON (${quote((error as Error).message)})`,
      {
        cause: error,
      },
    );
  }
}
