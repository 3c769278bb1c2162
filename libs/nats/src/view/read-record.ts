import type { PositionRecord, ViewRecord } from '#contracts';

interface Body {
  string(): string;
}

export function readPosition(message: Body): PositionRecord | undefined {
  return parse(message) as PositionRecord | undefined;
}

export function readRecord(message: Body): ViewRecord | undefined {
  return parse(message) as ViewRecord | undefined;
}

/** A body that cannot be read is passed over: the next snapshot or beacon puts it right. */
function parse(message: Body): unknown {
  try {
    return JSON.parse(message.string());
  } catch {
    return undefined;
  }
}
