/** Works on all items, so many at a time; says which of the lanes works on each. */
export async function abreast<Item>(
  items: readonly Item[],
  inFlight: number,
  work: (item: Item, lane: number) => unknown,
): Promise<void> {
  let at = 0;
  const runOne = async (lane: number): Promise<void> => {
    while (at < items.length) {
      const item = items[at] as Item;
      at += 1;
      await work(item, lane);
    }
  };
  await Promise.all(numbers(inFlight).map(runOne));
}

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** All of them, beginning with another one in each round: whoever comes next gets what the one before leaves behind. */
export const rotated = <Item>(items: readonly Item[], round: number): Item[] => {
  const first = round % Math.max(1, items.length);
  return [...items.slice(first), ...items.slice(0, first)];
};
