/** Pointers have 14 bits. */
const POINTER_MAX = 0x3fff;

/** Names written in full so far. A registry has many answers and few names. */
const encodedNames = new Map<string, Buffer>();
const ENCODED_NAMES_MAX = 16_384;

function encodedName(name: string): Buffer {
  let bytes = encodedNames.get(name);
  if (bytes === undefined) {
    const labels = name
      .split('.')
      .map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, 'latin1')]));
    bytes = Buffer.concat([...labels, Buffer.of(0)]);
    if (encodedNames.size >= ENCODED_NAMES_MAX) encodedNames.clear();
    encodedNames.set(name, bytes);
  }
  return bytes;
}

/**
 * Writes a DNS message, each name in full only once: later ones point to the part they share (RFC 1035, 4.1.4).
 * dns-packet reads messages but writes every name in full, which costs a third of the records that fit.
 */
export class MessageWriter {
  readonly #bytes: Buffer;
  readonly #names = new Map<string, number>();
  #at = 0;

  constructor(scratch: Buffer) {
    this.#bytes = scratch;
  }

  get length(): number {
    return this.#at;
  }

  /** The message so far, in memory of its own. */
  copy(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }

  uint8(value: number): void {
    this.#at = this.#bytes.writeUInt8(value, this.#at);
  }

  uint16(value: number): void {
    this.#at = this.#bytes.writeUInt16BE(value, this.#at);
  }

  uint32(value: number): void {
    this.#at = this.#bytes.writeUInt32BE(value, this.#at);
  }

  bytes(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** A text of at most 255 bytes behind its length. */
  string(text: string): void {
    const length = this.#bytes.write(text, this.#at + 1);
    this.#bytes.writeUInt8(length, this.#at);
    this.#at += length + 1;
  }

  uint16At(value: number, at: number): void {
    this.#bytes.writeUInt16BE(value, at);
  }

  /** Runs a writer and puts the number of bytes it wrote, as 16 bits, before them. */
  counted(write: () => void): void {
    const start = this.#at;
    this.#at += 2;
    write();
    this.uint16At(this.#at - start - 2, start);
  }

  /** Bytes that hold a name which later names may point into. */
  knownName(bytes: Uint8Array): void {
    const start = this.#at;
    this.bytes(bytes);
    const labels: string[] = [];
    const places: number[] = [];
    for (let at = start; this.#bytes[at] !== 0; at += (this.#bytes[at] as number) + 1) {
      places.push(at);
      labels.push(this.#bytes.toString('latin1', at + 1, at + 1 + (this.#bytes[at] as number)));
    }
    // A dot inside a label would make two different names look alike.
    const usable = labels.findLastIndex((label) => label.includes('.')) + 1;
    for (let index = usable; index < labels.length; index += 1) {
      this.#remember(labels.slice(index).join('.'), places[index] as number);
    }
  }

  /** A name in full, as the target of SRV must be (RFC 2782); the same name may point to it later. */
  wholeName(name: string): void {
    this.#remember(name, this.#at);
    this.bytes(encodedName(name));
  }

  /** A name as short as it can be said. */
  name(name: string): void {
    let rest = name;
    while (rest !== '') {
      const known = this.#names.get(rest.toLowerCase());
      if (known !== undefined) {
        this.uint16(0xc000 | known);
        return;
      }
      this.#remember(rest, this.#at);
      const dot = rest.indexOf('.');
      this.string(dot === -1 ? rest : rest.slice(0, dot));
      rest = dot === -1 ? '' : rest.slice(dot + 1);
    }
    this.uint8(0);
  }

  /** Takes back everything behind a length. */
  truncate(length: number): void {
    this.#at = length;
    for (const [name, at] of this.#names) if (at >= length) this.#names.delete(name);
  }

  #remember(name: string, at: number): void {
    const key = name.toLowerCase();
    if (at <= POINTER_MAX && !this.#names.has(key)) this.#names.set(key, at);
  }
}
