/** Colours for people: off when NO_COLOR is set or the output is no terminal. */
export interface Paint {
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

export function createPaint(coloured: boolean): Paint {
  const style = (open: number, close: number) => (text: string) =>
    coloured ? `\u001B[${open}m${text}\u001B[${close}m` : text;
  return {
    green: style(32, 39),
    yellow: style(33, 39),
    red: style(31, 39),
    dim: style(2, 22),
    bold: style(1, 22),
  };
}

export function wantsColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  return isTerminal && (env['NO_COLOR'] ?? '') === '';
}
