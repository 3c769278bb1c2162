/** Told in one short line what is being done, so that a person who waits knows why. */
export type Progress = (line: string) => void;

export const silent: Progress = () => undefined;
