import type { ConfigView } from '#contracts';
import {
  type DocumentFormat,
  importError,
  type KeyedContent,
  parseDocument,
  type PlannedChange,
  planImport,
  printDocument,
} from '#formats';
import { limits } from '#contracts';
import type { Actor } from '../registrar/event-factory.js';
import { checkAcrossKeys } from './across-keys.js';
import { type ConfigChange, checkContent, type ConfigParts, type ConfigWriter } from './config-writer.js';
import type { ConfigReader } from './config-reader.js';
import { schemasNow } from './schemas-now.js';
import { type ApplicationPlace, checkApplication, checkConfigKey } from './words.js';

export interface ImportOrder {
  readonly format: DocumentFormat;
  readonly text: string;
  /** Keys the file does not name are deleted. */
  readonly prune?: boolean;
  /** Shows the plan, writes nothing. */
  readonly dryRun?: boolean;
}

/** What an import did, or would do, to one key. Values of secrets are not shown. */
export interface ImportedKey {
  readonly key: string;
  readonly kind: PlannedChange['kind'];
  readonly before?: string;
  readonly after?: string;
}

export interface Imported {
  readonly dryRun: boolean;
  /** Sequence of the last event; absent when nothing was written. */
  readonly sequence?: number;
  readonly changes: readonly ImportedKey[];
}

/** Files of config into an application and out of it. */
export class ConfigTransfer {
  constructor(
    private readonly parts: ConfigParts,
    private readonly reader: ConfigReader,
    private readonly writer: ConfigWriter,
  ) {}

  /** The application's own keys as a file. @throws ROLLCALL_EXPORT_IMPOSSIBLE */
  export(where: ApplicationPlace, format: DocumentFormat, reader: ConfigReader = this.reader): string {
    const items = reader.list(where).map(({ key, ...content }): KeyedContent => ({
      key,
      ...contentOf(content),
    }));
    return printDocument(format, items);
  }

  /**
   * Takes a file whole or not at all: one mistake in one line, and nothing is written.
   * @throws ROLLCALL_IMPORT_INVALID naming every line, ROLLCALL_CONFIG_INVALID, ROLLCALL_CONFIG_CONFLICT when a key
   * changed while the file was read
   */
  async import(where: ApplicationPlace, order: ImportOrder, by: Actor): Promise<Imported> {
    const place = checkApplication(where);
    const entries = parseDocument(order.format, order.text);
    for (const { key } of entries) checkConfigKey(key);
    await this.parts.view().reached((await this.parts.journal.ends()).lastSequence);
    const standing = this.reader.list(place);
    const current = new Map(standing.map((view) => [view.key, contentOf(view)]));
    const { changes, mistakes } = planImport(current, entries, { prune: order.prune === true });
    if (mistakes.length > 0) throw importError(mistakes);
    const revisions = new Map(standing.map(({ key, revision }) => [key, revision]));
    const wanted = changes
      .filter(({ kind }) => kind !== 'unchanged')
      .map(({ key, after }): ConfigChange => ({
        key,
        ...(after === undefined ? {} : { content: after }),
        expected: { revision: revisions.get(key) ?? 0 },
      }));
    await this.#check(place, wanted);
    const shown = changes.map(shownOf);
    if (order.dryRun === true || wanted.length === 0)
      return { dryRun: order.dryRun === true, changes: shown };
    const { sequence } = await this.writer.write(place, wanted, by);
    return { dryRun: false, sequence, changes: shown };
  }

  /** A dry run says what a real one would refuse. */
  async #check(place: ApplicationPlace, changes: readonly ConfigChange[]): Promise<void> {
    if (changes.length === 0 || changes.length > limits.batchMessagesMax) return;
    const view = this.parts.view();
    const schemas = await schemasNow(
      this.parts.journal,
      view,
      place,
      changes.map(({ key }) => key),
    );
    for (const change of changes) checkContent(place, change, schemas);
    checkAcrossKeys(place, changes, view.table, schemas);
  }
}

function contentOf({ contentType = 'text', value = '' }: Pick<ConfigView, 'contentType' | 'value'>) {
  return { contentType, value };
}

function shownOf({ key, kind, before, after }: PlannedChange): ImportedKey {
  const text = (content: PlannedChange['before']): string | undefined =>
    content === undefined ? undefined : content.contentType === 'secret' ? '(secret)' : content.value;
  const [was, is] = [text(before), text(after)];
  return {
    key,
    kind,
    ...(was === undefined ? {} : { before: was }),
    ...(is === undefined ? {} : { after: is }),
  };
}
