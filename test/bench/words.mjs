const PEERS = ['nats', 'etcd', 'consul', 'zookeeper'];
const FLAGS = ['--quick', '--record', '--cpu-prof', '--help'];
/** Options that are followed by a value, with a space or `=` between. */
const VALUED = new Set(['--peers', '--against']);

/** The command line of `npm run bench`, read; ends the process with a message when something in it is unknown. */
export function readWords(words, names) {
  const asked = [];
  const flags = [];
  const values = {};
  for (let index = 0; index < words.length; index += 1) {
    const [option, ...value] = words[index].split('=');
    if (VALUED.has(option)) values[option] = value.length > 0 ? value.join('=') : words[(index += 1)];
    else (words[index].startsWith('--') ? flags : asked).push(words[index]);
  }
  const peers = values['--peers'] === undefined ? PEERS : values['--peers'].split(',').filter(Boolean);
  refuseUnknown(asked, names, 'benchmark');
  refuseUnknown(peers, PEERS, 'peer');
  refuseUnknown(flags, FLAGS, 'option');
  if ('--against' in values) refuseComparison(values['--against'] ?? '', { asked, flags, names });
  else if (flags.includes('--quick') && flags.includes('--record'))
    refuse(
      '--quick measures small fixtures, and --record would put them in the place of the full figures: leave out one of the two',
    );
  return { asked, flags, peers, against: values['--against'] };
}

function refuseComparison(commit, { asked, flags, names }) {
  if (commit === '') refuse('--against needs a commit: npm run bench -- <name> --against <commit>');
  if (asked.length === 0)
    refuse(
      `--against needs the benchmarks to compare: npm run bench -- <name> --against <commit>; there are ${names.join(', ')}`,
    );
  if (flags.includes('--cpu-prof'))
    refuse('--cpu-prof slows what it looks at, and --against compares speeds: take one after the other');
}

function refuseUnknown(words, known, what) {
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length > 0)
    refuse(`there is no ${what} "${unknown.join('", "')}"; there are ${known.join(', ')}`);
}

/** Ends with 2, as command lines do that were not understood. */
export function refuse(text) {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}
