import { type EffectiveKey, RollcallError, type SecretPlace } from '#contracts';
import { mistakeText, readContent } from '#formats';
import { type KeyRing, Secret, unseal } from '#secrets';
import type { ConfigValue } from './events.js';

/**
 * What a value means to the service.
 * @throws an Error when it is not well-formed, ROLLCALL_SECRET_KEY_MISSING, ROLLCALL_SECRET_NOT_OPENED, ROLLCALL_KEY_RING_ABSENT
 */
export function openValue(
  { contentType, value, layer }: EffectiveKey,
  place: SecretPlace,
  ring: KeyRing | undefined,
): ConfigValue {
  if (contentType === 'secret') {
    if (ring !== undefined) return unseal(ring, homeOf(place, layer), value);
    const text = `"${place.key}" is a secret, and this process has no key ring to open it`;
    throw new RollcallError('ROLLCALL_KEY_RING_ABSENT', text);
  }
  const reading = readContent(contentType, value);
  if (reading.isWell) return deepFrozen(reading.value);
  throw new Error(`it is no ${contentType}: ${mistakeText(reading.mistake)}`);
}

/** A secret is sealed for the application that says it, which may be the one everybody inherits from. */
function homeOf(place: SecretPlace, layer: EffectiveKey['layer']): SecretPlace {
  return layer.startsWith('shared') ? { ...place, application: '_shared' } : place;
}

function deepFrozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) deepFrozen(item);
  return Object.freeze(value);
}

/** What is said about values is reported and logged: secrets that slipped into it are taken out. */
export function withoutSecrets(text: string, values: Iterable<ConfigValue>): string {
  let clean = text;
  for (const value of values) {
    if (value instanceof Secret && value.reveal() !== '')
      clean = clean.replaceAll(value.reveal(), '[secret]');
  }
  return clean;
}
