/** Told now and then how far something long has come. */
export type OnProgress = (doing: string, done: number, of: number) => void;
