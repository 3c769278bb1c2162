import { earn, fullBudget, spend } from '#domain';

const BUDGET_PERCENT = 20;

/** Keeps the repetitions of one caller within a share of its calls. */
export class RetryAllowance {
  #budget = fullBudget(performance.now());

  /** A call is made. @param percent the share of its calls the caller may repeat; default 20 */
  earn(percent = BUDGET_PERCENT): void {
    this.#budget = earn(this.#budget, percent, performance.now());
  }

  /** @returns false when the budget is used up: then the call must not be repeated */
  spend(): boolean {
    const left = spend(this.#budget);
    if (left === undefined) return false;
    this.#budget = left;
    return true;
  }
}
