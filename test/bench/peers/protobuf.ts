/** The few words of Protocol Buffers that etcd's API needs. See https://protobuf.dev/programming-guides/encoding */
const VARINT = 0;
const BYTES = 2;

type Field = readonly [number: number, value: Buffer | string | number];

export function encodeFields(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [varint((number << 3) | VARINT), varint(value)];
      const bytes = Buffer.from(value as string);
      return [varint((number << 3) | BYTES), varint(bytes.length), bytes];
    }),
  );
}

/** Fields of a message in their order: bytes as a view, numbers as numbers. */
export function* fieldsOf(message: Buffer): Generator<readonly [number: number, value: Buffer | number]> {
  let at = 0;
  const read = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = message[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (at < message.length) {
    const tag = read();
    if ((tag & 7) === VARINT) yield [tag >>> 3, read()];
    else if ((tag & 7) === BYTES) {
      const length = read();
      yield [tag >>> 3, message.subarray(at, (at += length))];
    } else throw new Error(`wire type ${tag & 7} is not expected here`);
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
