import { readResult } from './result.js';
import { plotFile, renderPage } from './page.js';
import { renderPlot } from './plot.js';

export const resultFile = 'docs/reference/benchmarks/result.json';

/** The page and its plots, made of the recorded result and of nothing else. */
export function benchmarkPages(): [path: string, render: () => string][] {
  const result = readResult(resultFile);
  if (result === undefined) return [];
  const plots = result.sections.flatMap((section) =>
    (section.plots ?? []).map((plot): [string, () => string] => [
      `docs/reference/${plotFile(section, plot)}`,
      () => renderPlot(plot),
    ]),
  );
  return [['docs/reference/benchmarks.md', () => renderPage(result)], ...plots];
}
