import { SHARED_APPLICATION } from '#contracts';
import type { HistoricPlace } from '../ports/snapshots.js';

/** Where everything lies that an instance of an application sees of config: its own, and what all share. */
export function configPlaces(namespace: string, application?: string): HistoricPlace[] {
  if (application === undefined) return [{ namespace }];
  return [...new Set([application, SHARED_APPLICATION])].map((name) => ({ namespace, application: name }));
}
