import type { Balancer } from '#contracts';
import {
  buildRoster,
  type Candidate,
  chanceOf,
  groupAt,
  hashText,
  leastLoaded,
  rendezvous,
  roundRobin,
  type Roster,
  type RosterGroup,
  smoothWeighted,
  type Target,
} from '#domain';
import type { Acquaintance } from './acquaintance.js';
import type { CallBook } from './call-book.js';

export interface Draw {
  readonly balancer: Balancer;
  /** Text that always leads to the same instance, with the balancer `hash`. */
  readonly key?: string | undefined;
  /** Zones to prefer. The same array while nothing of it changes. */
  readonly zones: readonly string[];
  readonly slowStartMs: number;
  /** Keys of candidates tried in vain. */
  readonly avoided?: ReadonlySet<string> | undefined;
}

/** A group of the roster with what its balancers remember. */
interface LiveGroup {
  readonly group: RosterGroup;
  readonly acquaintances: readonly Acquaintance[];
  turn: number;
  credits: readonly number[];
}

/** Chooses among the candidates of one set, with the experience of this process. */
export class LiveRoster {
  readonly #targets: readonly Target[];
  readonly #book: CallBook;
  #roster: Roster = [];
  #groups = new Map<RosterGroup, LiveGroup>();
  #epoch = -1;
  #validUntilMs = -Infinity;
  #zones: readonly string[] = [];

  constructor(targets: readonly Target[], book: CallBook) {
    this.#targets = targets;
    this.#book = book;
  }

  /** Undefined when there is no candidate. */
  choose(draw: Draw, nowMs: number): Candidate | undefined {
    const avoided = draw.avoided !== undefined && draw.avoided.size > 0;
    const roster = avoided ? this.#build(draw, nowMs) : this.#current(draw, nowMs);
    const keyHash = draw.key === undefined ? undefined : hashText(draw.key);
    // A key stays in its group as it stays with its instance.
    const group = groupAt(roster, keyHash === undefined ? Math.random() : chanceOf(keyHash, 0));
    if (group === undefined) return undefined;
    return group.members[this.#indexIn(this.#live(group), draw.balancer, keyHash, nowMs)];
  }

  #indexIn(live: LiveGroup, balancer: Balancer, keyHash: number | undefined, nowMs: number): number {
    const { group, acquaintances } = live;
    if (group.members.length === 1) return 0;
    if (keyHash !== undefined) return rendezvous(group.hashed, keyHash);
    if (balancer === 'round-robin') return roundRobin(group.members.length, live.turn++);
    if (balancer === 'weighted') {
      const { chosen, credits } = smoothWeighted(live.credits, group.shares);
      live.credits = credits;
      return chosen;
    }
    const chances = { first: Math.random(), second: Math.random(), stay: Math.random() };
    return leastLoaded(group.weights, acquaintances, chances, nowMs);
  }

  /** Drawn up anew only when the standing of somebody changed, by what happened or by time. */
  #current(draw: Draw, nowMs: number): Roster {
    const isFresh =
      this.#epoch === this.#book.epoch && nowMs < this.#validUntilMs && this.#zones === draw.zones;
    if (isFresh) return this.#roster;
    this.#roster = this.#build(draw, nowMs);
    this.#groups = this.#carryOver(this.#roster);
    this.#epoch = this.#book.epoch;
    this.#zones = draw.zones;
    const everybody = this.#targets.flatMap(({ candidates }) => candidates);
    this.#validUntilMs = Math.min(
      Infinity,
      ...everybody.map((candidate) => this.#book.of(candidate).changesAtMs(nowMs, draw.slowStartMs)),
    );
    return this.#roster;
  }

  #build({ zones, slowStartMs, avoided }: Draw, nowMs: number): Roster {
    return buildRoster({
      targets: this.#targets,
      zones,
      standingOf: (candidate) => this.#book.of(candidate).standing(nowMs),
      shareOf: (candidate) => this.#book.of(candidate).share(nowMs, slowStartMs),
      ...(avoided === undefined ? {} : { avoided }),
    });
  }

  #live(group: RosterGroup): LiveGroup {
    return this.#groups.get(group) ?? this.#livened(group);
  }

  #livened(group: RosterGroup, before?: LiveGroup): LiveGroup {
    const acquaintances = group.members.map((candidate) => this.#book.of(candidate));
    return { group, acquaintances, turn: before?.turn ?? 0, credits: [] };
  }

  /** Taking turns goes on where it was, also when somebody's standing changed in between. */
  #carryOver(roster: Roster): Map<RosterGroup, LiveGroup> {
    const before = [...this.#groups.values()];
    return new Map(roster.map((group, index) => [group, this.#livened(group, before[index])]));
  }
}
