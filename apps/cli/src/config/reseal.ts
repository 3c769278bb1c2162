import { SHARED_APPLICATION } from '#contracts';
import { reseal } from '#secrets';
import type { Command } from '../commands/command.js';
import { print, printJson } from '../output/print.js';
import { configOf, ringHere, type WriteOptions, writerOf } from './config-session.js';

/** Seals the secrets of an application again with the active key, in one batch. */
export const resealAll: Command<WriteOptions, [application: string]> = async (
  context,
  options,
  application,
) => {
  const place = {
    namespace: context.namespace,
    application: application === 'shared' ? SHARED_APPLICATION : application,
  };
  const ring = await ringHere();
  const config = await configOf(context, place.application);
  const changes = config.reader.list(place).flatMap(({ key, contentType, value = '', revision }) => {
    const again = contentType === 'secret' ? reseal(ring, { ...place, key }, value) : undefined;
    return again === undefined
      ? []
      : [{ key, content: { contentType: 'secret' as const, value: again }, expected: { revision } }];
  });
  const sequence =
    changes.length === 0 ? undefined : (await config.write(place, changes, writerOf(options))).sequence;
  if (context.json) printJson({ ...place, resealed: changes.map(({ key }) => key), sequence });
  else print(`${changes.length} secrets of ${place.application} are sealed with ${ring.activeId}`);
};
