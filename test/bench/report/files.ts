import { renderFlamegraph } from './flamegraph.js';
import { plotFile, profileFile, renderPage } from './page.js';
import { renderPlot } from './plot.js';
import { readResult } from './result.js';

export const resultFile = 'docs/reference/benchmarks/result.json';

type Page = [path: string, render: () => string];

/** The page, its plots and its flame graphs, made of the recorded result and of nothing else. */
export function benchmarkPages(): Page[] {
  const result = readResult(resultFile);
  if (result === undefined) return [];
  const drawings = result.sections.flatMap((section): Page[] => [
    ...(section.plots ?? []).map((plot): Page => [plotFile(section, plot), () => renderPlot(plot)]),
    ...(section.profiles ?? []).map((profile): Page => [
      profileFile(section, profile),
      () => renderFlamegraph(profile),
    ]),
  ]);
  return [
    ['docs/reference/benchmarks.md', () => renderPage(result)],
    ...drawings.map(([path, render]): Page => [`docs/reference/${path}`, render]),
  ];
}
