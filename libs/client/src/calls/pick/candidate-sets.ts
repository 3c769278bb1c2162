import type { RouteRule } from '#contracts';
import {
  type CandidateQuestion,
  type CandidateWishes,
  candidateKey,
  type Funnel,
  funnel,
  type FunnelRules,
  parseWishes,
  splitByRoute,
  type Target,
  wishesKey,
} from '#domain';
import type { CallBook } from './call-book.js';
import type { LocalView } from './service-view.js';
import { LiveRoster } from './live-roster.js';

/** So many different wishes are kept at once; a caller has few, and they come back. */
const SETS_MAX = 256;

/** The instances one set of wishes finds at one state of the view, and where each routing rule leads among them. */
export class CandidateSet {
  readonly funnel: Funnel;
  readonly #book: CallBook;
  readonly #rosters = new Map<string, LiveRoster>();

  constructor(found: Funnel, book: CallBook) {
    this.funnel = found;
    this.#book = book;
  }

  /** @param rule undefined: no rule matches, and all candidates are meant */
  roster(rule: RouteRule | undefined): LiveRoster {
    const name = rule?.name ?? '';
    let roster = this.#rosters.get(name);
    if (roster === undefined) {
      roster = new LiveRoster(this.targets(rule), this.#book);
      this.#rosters.set(name, roster);
    }
    return roster;
  }

  targets(rule: RouteRule | undefined): readonly Target[] {
    const { candidates } = this.funnel;
    return rule === undefined ? [{ weight: 1, candidates }] : splitByRoute(candidates, rule);
  }
}

/**
 * Candidates by what callers wish, worked out once for each state of the view: a change of the view throws them away,
 * and nothing else does. No clock has a say in it.
 */
export class CandidateSets {
  readonly #view: LocalView;
  readonly #book: CallBook;
  readonly #rules: FunnelRules;
  readonly #questions = new Map<string, CandidateQuestion>();
  readonly #sets = new Map<string, CandidateSet>();
  #revision = -1;

  constructor(view: LocalView, book: CallBook, rules: FunnelRules) {
    this.#view = view;
    this.#book = book;
    this.#rules = rules;
  }

  /** @throws ROLLCALL_FILTER_INVALID */
  get(wishes: CandidateWishes): CandidateSet {
    if (this.#view.revision !== this.#revision) this.#startOver();
    const key = wishesKey(wishes);
    const held = this.#sets.get(key);
    if (held !== undefined) return held;
    const found = funnel(this.#view.instances(), this.#question(key, wishes), this.#rules);
    this.#book.meet(found.candidates);
    const set = new CandidateSet(found, this.#book);
    if (this.#sets.size >= SETS_MAX) this.#sets.clear();
    this.#sets.set(key, set);
    return set;
  }

  question(wishes: CandidateWishes): CandidateQuestion {
    return this.#question(wishesKey(wishes), wishes);
  }

  #startOver(): void {
    this.#revision = this.#view.revision;
    this.#sets.clear();
    this.#book.keepOnly(new Set(this.#view.instances().map(candidateKey)));
  }

  #question(key: string, wishes: CandidateWishes): CandidateQuestion {
    const held = this.#questions.get(key);
    if (held !== undefined) return held;
    const question = parseWishes(wishes);
    if (this.#questions.size >= SETS_MAX) this.#questions.clear();
    this.#questions.set(key, question);
    return question;
  }
}
