import { limits, type PositionRecord } from '#contracts';
import { print, printJson } from '../output/print.js';
import { renderTable } from '../output/table.js';
import type { Session } from '../session.js';
import { takeSnapshot } from '../snapshot.js';
import type { Command } from './command.js';

/** A projector at work says so at least every second. */
const BEACON_WAIT_MS = limits.positionMsMax + 500;

/** Where everything stands: broker, journal, view, and whether anybody folds. */
export const status: Command = async ({ session, json }) => {
  const report = await reportOf(session);
  if (json) printJson(report);
  else print(renderTable(['', ''], rowsOf(report)).trimStart());
};

type Report = Awaited<ReturnType<typeof reportOf>>;

async function reportOf(session: Session) {
  const { journal, connection, streams } = session;
  const [beacon, ends, snapshot] = await Promise.all([
    nextBeacon(session),
    journal.ends(),
    takeSnapshot(session, []),
  ]);
  const { position, at, total, quarantined } = beacon ?? snapshot.position ?? nothing;
  const { version, jetstream } = connection.info ?? {};
  return {
    broker: { url: connection.getServer(), version, jetstream },
    journal: { stream: streams.journal, ...ends },
    view: {
      bucket: streams.view,
      sequence: position,
      at,
      lag: Math.max(0, ends.lastSequence - position),
      present: total[0],
      quarantined,
    },
    projector: beacon === undefined ? 'absent' : 'working',
  };
}

/** What a view that nobody has ever written says. */
const nothing: PositionRecord = { position: 0, at: '', services: {}, total: [0, 0], quarantined: 0 };

function rowsOf({ broker, journal, view, projector }: Report): string[][] {
  const absent = `absent: nothing was heard of one in ${BEACON_WAIT_MS} ms; start a registry or a projector`;
  return [
    ['broker', `${broker.url}, nats-server ${broker.version ?? 'unknown'}`],
    ['journal', `sequence ${journal.firstSequence} to ${journal.lastSequence}`],
    ['view', `sequence ${view.sequence}, ${view.lag} behind; ${view.present} records present`],
    ['quarantine', `${view.quarantined} events set aside so far`],
    ['projector', projector === 'working' ? 'working' : absent],
  ];
}

/** Undefined when none comes in time. */
function nextBeacon({ connection, subjects }: Session): Promise<PositionRecord | undefined> {
  return new Promise((resolve) => {
    const subscription = connection.subscribe(subjects.position, {
      max: 1,
      timeout: BEACON_WAIT_MS,
      callback: (error, message) => resolve(error === null ? message.json<PositionRecord>() : undefined),
    });
    void subscription.closed.then(() => resolve(undefined));
  });
}
