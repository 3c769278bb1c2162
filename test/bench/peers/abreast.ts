/** Works on all items, so many at a time. */
export async function abreast<Item>(
  items: readonly Item[],
  inFlight: number,
  work: (item: Item) => unknown,
): Promise<void> {
  let at = 0;
  const runOne = async (): Promise<void> => {
    while (at < items.length) {
      const item = items[at] as Item;
      at += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, runOne));
}

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
