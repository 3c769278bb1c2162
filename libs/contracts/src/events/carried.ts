/**
 * An event that is said again behind the place where the journal is about to be cut, so that what it says stays. The
 * body is that of the event it carries; what only the first place in the journal told, it tells in headers.
 */
export const carriedType = 'rollcall.journal.carried.v1';

export const carriedHeaderNames = {
  sequence: 'rollcall-carried-sequence',
  atMs: 'rollcall-carried-at-ms',
  type: 'rollcall-carried-type',
  id: 'rollcall-carried-id',
  registeredSequence: 'rollcall-carried-registered-sequence',
  registeredAtMs: 'rollcall-carried-registered-at-ms',
} as const;

/** Where the event that is said again stood. */
export interface Carried {
  readonly sequence: number;
  readonly atMs: number;
  readonly id: string;
  /** Of an instance: the registration its record belongs to. */
  readonly registered?: { readonly sequence: number; readonly atMs: number };
}

type Header = (name: string) => string | undefined;

/** What a carried event says of itself; undefined when it says too little. */
export function readCarried(header: Header): (Carried & { readonly type: string }) | undefined {
  const [sequence, atMs] = [numberIn(header, 'sequence'), numberIn(header, 'atMs')];
  const [type, id] = [header(carriedHeaderNames.type), header(carriedHeaderNames.id)];
  if (sequence === undefined || atMs === undefined || type === undefined || id === undefined)
    return undefined;
  const [registeredSequence, registeredAtMs] = [
    numberIn(header, 'registeredSequence'),
    numberIn(header, 'registeredAtMs'),
  ];
  return {
    type,
    sequence,
    atMs,
    id,
    ...(registeredSequence === undefined || registeredAtMs === undefined
      ? {}
      : { registered: { sequence: registeredSequence, atMs: registeredAtMs } }),
  };
}

/** The inverse of `readCarried`. */
export function writeCarried(type: string, { sequence, atMs, id, registered }: Carried): [string, string][] {
  const places: [string, string][] = [
    [carriedHeaderNames.type, type],
    [carriedHeaderNames.sequence, String(sequence)],
    [carriedHeaderNames.atMs, String(atMs)],
    [carriedHeaderNames.id, id],
  ];
  if (registered === undefined) return places;
  return [
    ...places,
    [carriedHeaderNames.registeredSequence, String(registered.sequence)],
    [carriedHeaderNames.registeredAtMs, String(registered.atMs)],
  ];
}

function numberIn(header: Header, name: keyof typeof carriedHeaderNames): number | undefined {
  const text = header(carriedHeaderNames[name]);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
