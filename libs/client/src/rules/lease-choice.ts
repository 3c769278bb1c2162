import { quote, RollcallError } from '#contracts';
import { leasePresets, type LeasePreset, type LeaseTimes } from '#domain';

/** How long an instance lives without a heartbeat: a preset, times of one's own, or `none`: it never beats. */
export type LeaseChoice = LeasePreset | LeaseTimes | 'none';

/** The two fields of the record. @throws ROLLCALL_RECORD_INVALID for a word that is no preset */
export function leaseFields(choice: LeaseChoice): {
  readonly leaseMs: number;
  readonly heartbeatMs?: number;
} {
  if (choice === 'none') return { leaseMs: 0 };
  if (typeof choice !== 'string') return { leaseMs: choice.leaseMs, heartbeatMs: choice.heartbeatMs };
  if (Object.hasOwn(leasePresets, choice)) return leasePresets[choice];
  const allowed = [...Object.keys(leasePresets), 'none'].map((name) => `"${name}"`).join(', ');
  throw new RollcallError('ROLLCALL_RECORD_INVALID', `lease ${quote(choice)} is none of ${allowed}`);
}
