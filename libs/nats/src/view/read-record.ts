import {
  type Cause,
  type Endpoint,
  type InstanceView,
  type PositionRecord,
  sharedText,
  type ViewRecord,
  type Writable,
} from '#contracts';
import { isInstanceView, type ViewEntry } from '#domain';

interface Body {
  string(): string;
}

/** A body that cannot be read is passed over: the next snapshot or beacon puts it right. */
export function readPosition(message: Body): PositionRecord | undefined {
  try {
    return JSON.parse(message.string()) as PositionRecord;
  } catch {
    return undefined;
  }
}

/** The same for a record. Nearly all of it stays for long, so texts that many records share are kept once. */
export function readRecord(message: Body): ViewRecord | undefined {
  try {
    const record = JSON.parse(message.string()) as ViewRecord;
    shareCause(record.cause);
    if (isInstanceView(record.record)) shareInstance(record.record, record.at);
    return record;
  } catch {
    return undefined;
  }
}

/** What is kept of a record: without the words about what changed, which are for whoever hears of it now. */
export function entryOf({ sequence, at, cause, record }: ViewRecord): ViewEntry {
  return { sequence, at, cause, record };
}

function shareCause(cause: Writable<Cause>): void {
  cause.type = sharedText(cause.type);
  if (cause.actor !== undefined) cause.actor = sharedText(cause.actor);
}

/** In place: what was just parsed is ours. A record of another version may lack what this one expects. */
function shareInstance(view: Writable<InstanceView>, at: string): void {
  view.service = sharedText(view.service);
  if (view.registeredAt === at) view.registeredAt = at;
  shareAddress(view.endpoints ?? []);
  const tags = view.tags as string[];
  for (let index = 0; index < (tags?.length ?? 0); index += 1)
    tags[index] = sharedText(tags[index] as string);
  const metadata = view.metadata as Record<string, string>;
  for (const name in metadata) metadata[name] = sharedText(metadata[name] as string);
}

/** All endpoints of an instance are mostly on one host. */
function shareAddress(endpoints: readonly Endpoint[]): void {
  const address = endpoints[0]?.address;
  if (address === undefined) return;
  for (const endpoint of endpoints) if (endpoint.address === address) endpoint.address = address;
}
