/**
 * A random order in which heavier items tend to come first: each item is first as often as its share of the
 * weights (Efraimidis and Spirakis, 2006, with exponential keys). Items of weight 0 come last.
 * @param chance gives numbers from 0 (inclusive) to 1 (exclusive)
 */
export function weightedShuffle<Item>(
  items: readonly Item[],
  weightOf: (item: Item) => number,
  chance: () => number,
): Item[] {
  const keyed = items.map((item) => ({ item, key: -Math.log(1 - chance()) / weightOf(item) }));
  keyed.sort((left, right) => left.key - right.key);
  return keyed.map(({ item }) => item);
}
