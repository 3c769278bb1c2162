/** Where the order of work tells operators what it does. Facts beside the text, never inside it. */
export interface Log {
  info(text: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(text: string, facts?: Readonly<Record<string, unknown>>): void;
  error(text: string, facts?: Readonly<Record<string, unknown>>): void;
}

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
