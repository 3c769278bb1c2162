/** Says how to close what was just opened. */
export type Later = (close: () => unknown) => void;

/**
 * Opens something that consists of many; its `stop` closes them in the reverse order, each although another would not.
 * When one cannot be opened, those before it are closed: servers outlive a benchmark that fails, unless they are stopped.
 */
export async function opening<Opened extends object>(
  open: (later: Later) => Promise<Opened>,
): Promise<Opened & { stop(): Promise<void> }> {
  const closes: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    const troubles: unknown[] = [];
    for (let close = closes.pop(); close !== undefined; close = closes.pop()) {
      try {
        await close();
      } catch (error) {
        troubles.push(error);
      }
    }
    if (troubles.length > 0) throw new AggregateError(troubles, 'not everything could be closed');
  };
  try {
    return { ...(await open((close) => void closes.push(close))), stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}
