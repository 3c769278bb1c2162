import { type SettingName, settingDocs, settingsElsewhere, settingsSchema } from '#platform';

const SOURCE = 'libs/platform/src/settings/schema.ts';

/** Text in a cell of a Markdown table. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

function row(name: SettingName): string {
  const doc = settingDocs.get(settingsSchema.shape[name]);
  if (doc === undefined) throw new Error(`the setting ${name} has no words`);
  const byDefault = doc.byDefault === '' ? '' : `\`${doc.byDefault}\``;
  const secret = doc.secret === true ? ' **Secret**: never shown.' : '';
  return `| \`${name}\` | ${byDefault} | ${cell(doc.meaning)}${secret} | ${cell(doc.allowed)} |`;
}

/** The reference page of every setting, from the schema they are checked by. */
export function renderSettingsPage(): string {
  const elsewhere = Object.entries(settingsElsewhere);
  return [
    '# Settings',
    '',
    `<!-- Generated from ${SOURCE} by \`npm run reference\`. Do not edit. -->`,
    '',
    'Environment variables of the registry, the projector and the `rollcall` command line. All are checked at start,',
    'and everything that is wrong is told at once, with exit code 2. An empty variable counts as not set. The registry',
    'logs the settings that differ from their defaults, secrets masked, and warns of names that begin with `ROLLCALL_`',
    'and are not listed here.',
    '',
    '| setting | default | meaning | allowed |',
    '| --- | --- | --- | --- |',
    ...(Object.keys(settingsSchema.shape) as SettingName[]).map(row),
    '',
    'At most one way to log in may be set: `NATS_USER` with `NATS_PASSWORD`, `NATS_TOKEN`, `NATS_CREDS` or `NATS_NKEY`.',
    'A login inside `NATS_URL` (`nats://user:password@host`) is used when none of them is.',
    '[Joining an existing NATS](../guides/joining-nats.md) shows each of them.',
    '',
    '## Settings of other parts',
    '',
    '| setting | meaning |',
    '| --- | --- |',
    ...elsewhere.map(([name, meaning]) => `| \`${name}\` | ${cell(meaning)} |`),
    '',
  ].join('\n');
}
