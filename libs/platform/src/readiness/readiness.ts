import { errorText } from '#contracts';

/** What a check found: `ok` with what there is to know, or what is wrong in words. */
export interface CheckResult {
  readonly ok: boolean;
  readonly detail: string;
}

export type Check = () => CheckResult | Promise<CheckResult>;

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: readonly (CheckResult & { readonly name: string })[];
}

/** A check that does not answer in this time has found something. */
const CHECK_TIMEOUT_MS = 1_500;

/** What must hold for a process to serve, as named checks. Asking runs them all, side by side. */
export class Readiness {
  readonly #checks = new Map<string, Check>();

  /** Adds a check, or replaces the one of that name. */
  set(name: string, check: Check): void {
    this.#checks.set(name, check);
  }

  async report(): Promise<ReadinessReport> {
    const checks = await Promise.all(
      [...this.#checks].map(async ([name, check]) => ({ name, ...(await outcomeOf(check)) })),
    );
    return { ready: checks.every(({ ok }) => ok), checks };
  }
}

async function outcomeOf(check: Check): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(
      () => resolve({ ok: false, detail: `no answer in ${CHECK_TIMEOUT_MS} ms` }),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    return { ok: false, detail: errorText(error) };
  } finally {
    clearTimeout(timer);
  }
}
