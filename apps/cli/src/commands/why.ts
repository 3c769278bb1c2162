import { RollcallError } from '#contracts';
import { storyOf } from '#application';
import { instanceNamesOf } from '../input/names.js';
import { plain } from '../output/plain.js';
import { print, printJson } from '../output/print.js';
import type { Command } from './command.js';

/** Everything the journal says about an instance, oldest first, in sentences. */
export const why: Command<object, [service: string, instance: string | undefined]> = async (
  { session, namespace, json },
  _options,
  service,
  instance,
) => {
  const names = instanceNamesOf(namespace, service, instance);
  const story = await storyOf(session.journal, names);
  if (
    !story.some(
      ({ type }) => type !== 'rollcall.service.policy-set.v1' && !type.startsWith('rollcall.protection.'),
    )
  ) {
    throw new RollcallError(
      'ROLLCALL_NOT_FOUND',
      `the journal knows no instance "${names.instance}" of service "${names.service}"`,
    );
  }
  if (json) {
    printJson(story);
    return;
  }
  for (const { sequence, at, sentence, refused } of story) {
    const aside = refused === undefined ? '' : ` [set aside: ${refused}]`;
    print(`${at}  #${sequence}  ${plain(sentence + aside)}`);
  }
};
