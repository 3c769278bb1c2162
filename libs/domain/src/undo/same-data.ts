import { changedPaths } from '../view/change.js';

/** Whether two records say the same. */
export function isSameData(left: object, right: object): boolean {
  return changedPaths(left, right).length === 0;
}
