import {
  type ConfigEvent,
  type Evidence,
  eventTypes,
  type InstanceEvent,
  type OverrideEvent,
  type ProtectionEvent,
  type RegistryEvent,
  type ServicePolicyEvent,
  type UndoEvent,
  type VerdictEvent,
} from '#contracts';

/** An event as a sentence a person can read at three in the morning. Times and sequences stand beside it. */
export function tell(event: RegistryEvent): string {
  return event.undoes === undefined
    ? tellItself(event)
    : `${tellItself(event)}, undoing ${numbers(event.undoes)}`;
}

function numbers(undoes: string): string {
  return undoes
    .split(',')
    .map((sequence) => `#${sequence}`)
    .join(', ');
}

function tellItself(event: RegistryEvent): string {
  switch (event.aggregate.kind) {
    case 'instance':
      return tellInstance(event as InstanceEvent);
    case 'override':
      return tellOverride(event as OverrideEvent);
    case 'verdict':
      return tellVerdict(event as VerdictEvent);
    case 'service':
      return tellPolicy(event as ServicePolicyEvent);
    case 'protection':
      return tellProtection(event as ProtectionEvent);
    case 'undo':
      return tellUndo(event as UndoEvent);
    default:
      return tellConfig(event as ConfigEvent);
  }
}

/** Which key, and what became of it; never the value, which may be nobody's business. */
function tellConfig({ aggregate, type, actor, reason }: ConfigEvent): string {
  const what = 'key' in aggregate ? aggregate.key : aggregate.schedule;
  const [subject, deed = ''] = type.split('.').slice(1, 3);
  return `${subject} of ${aggregate.application}, ${what}: ${deed.replaceAll('-', ' ')}${byline(actor, reason)}`;
}

function tellInstance({ type, data, actor, reason }: InstanceEvent): string {
  const who = `incarnation ${data.incarnation}`;
  const by = byline(actor, reason);
  if (type === eventTypes.instanceRegistered) {
    const life = data.leaseMs === 0 ? 'without a lease' : `with a lease of ${seconds(data.leaseMs)}`;
    return `registered as ${who}, version ${data.version}, status ${data.status}, ${life}${by}`;
  }
  if (type === eventTypes.instanceDeregistered) return `${who} said good-bye${by}`;
  if (type === eventTypes.instanceReinstated) {
    const until = data.leaseMs === 0 ? '' : ', a suspect until its heartbeat comes';
    return `${who} was brought back${until}${by}`;
  }
  return `${who} reported status ${data.status}, weight ${data.weight ?? 100}${by}`;
}

function tellOverride({ type, data, actor, reason }: OverrideEvent): string {
  const by = byline(actor, reason);
  if (type === eventTypes.overrideRemoved) return `what operators had laid over it was lifted${by}`;
  const parts = [
    ...(data.evictedIncarnation === undefined ? [] : [`incarnation ${data.evictedIncarnation} was evicted`]),
    ...(data.status === undefined ? [] : [`it was put to ${data.status}`]),
    ...(data.weight === undefined ? [] : [`its weight was set to ${data.weight}`]),
  ];
  return `${parts.length === 0 ? 'an empty override was laid over it' : parts.join(', ')}${by}`;
}

const verdictWords = {
  suspected: 'was suspected',
  cleared: 'was cleared',
  expired: 'was taken out as dead',
} as const;

function tellVerdict({ data, actor }: VerdictEvent): string {
  const { incarnation, state, evidence } = data;
  return `incarnation ${incarnation} ${verdictWords[state]} by ${evidence.observer ?? actor ?? 'an unnamed watchman'}: ${tellEvidence(evidence)}`;
}

const signalWords: Readonly<Record<Evidence['signal'], string>> = {
  disconnect: 'the broker lost its connection',
  'heartbeat-lapsed': 'its heartbeat lapsed',
  'call-failed': 'a consumer could not reach it',
  sweep: 'it should have beaten and had not',
  'health-check': 'a health check',
  'probe-answered': 'it answered a probe',
  heartbeat: 'its heartbeat came',
  undo: 'an operator undid a change',
};

function tellEvidence({ signal, detail, lastHeartbeatAt, probesUnanswered }: Evidence): string {
  return [
    signalWords[signal],
    ...(detail === undefined ? [] : [detail]),
    ...(lastHeartbeatAt === undefined ? [] : [`last heartbeat at ${lastHeartbeatAt}`]),
    ...(probesUnanswered === undefined
      ? []
      : [`${probesUnanswered} probe${probesUnanswered === 1 ? '' : 's'} unanswered`]),
  ].join('; ');
}

function tellPolicy({ data, actor, reason }: ServicePolicyEvent): string {
  const { protection } = data;
  const rule =
    protection === undefined
      ? 'without a protection of its own'
      : `protection above ${protection.sharePercent} % and ${protection.minimumCount} instances, for at most ${seconds(protection.maxMs)}`;
  return `the policy of the service was set: ${rule}${byline(actor, reason)}`;
}

function tellProtection({ data }: ProtectionEvent): string {
  const { engaged, presentCount, goingCount, detail } = data;
  const numbers = detail ?? `${goingCount} of ${presentCount} instances`;
  return `mass-expiry protection was ${engaged ? 'engaged' : 'released'}: ${numbers}`;
}

function tellUndo({ type, data, actor, reason }: UndoEvent): string {
  const { plan, order, planned, undone = 0, skipped = 0 } = data;
  if (type === eventTypes.undoStarted)
    return `undo ${plan} was started: ${things(planned)} of "${order.asked}"${byline(actor, reason)}`;
  const left = skipped === 0 ? '' : `, ${skipped} left as they are because they had changed`;
  return `undo ${plan} was finished: ${undone} of ${things(planned)} undone${left}${byline(actor, reason)}`;
}

function things(count: number): string {
  return count === 1 ? '1 thing' : `${count} things`;
}

function byline(actor: string | undefined, reason: string | undefined): string {
  return `${actor === undefined ? '' : `, by ${actor}`}${reason === undefined ? '' : `, because: ${reason}`}`;
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}
