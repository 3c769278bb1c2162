import { readFile, rename, writeFile } from 'node:fs/promises';
import type { ProjectionPosition } from '#client';
import { emptyReport, type Report } from './report.js';

/** A report with the position it reflects: one file, so that neither is ever newer than the other. */
export interface StoredReport extends Report {
  readonly position?: ProjectionPosition;
}

export async function readReport(path: string): Promise<StoredReport> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as StoredReport;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return emptyReport();
    throw error;
  }
}

/** Whoever reads meanwhile, or finds it after a crash, finds the file before or the file after. */
export async function writeReport(path: string, report: StoredReport): Promise<void> {
  await writeFile(`${path}.next`, `${JSON.stringify(report, null, 2)}\n`, { flush: true });
  await rename(`${path}.next`, path);
}
