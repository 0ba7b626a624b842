// One automaton for all rules that look at keys and paths; its cost does not grow with their number.
import type { CompiledRules, Segment } from './rule.ts'
import { MAX_SEGMENTS, normalKey, pathReadings } from './rule.ts'

const MAX_CACHED = 4096
const INDEX = '\u0000[]'

/** Where the walk through a value stands: the set of path positions that may still match. */
export class PathState {
  /** Everything from here down is censored. */
  readonly censored: boolean
  /** Positions of unfinished paths: the rule's number times {@link MAX_SEGMENTS}, plus the segment's. */
  readonly positions: readonly number[]
  readonly steps: Map<string, PathState> = new Map()

  constructor(positions: readonly number[], censored: boolean) {
    this.positions = positions
    this.censored = censored
  }
}

/** Answers for each key or index whether its value is censored, and where the walk stands below it. */
export class RedactAutomaton {
  readonly root: PathState
  readonly #rules: CompiledRules
  readonly #hasIndexes: boolean
  readonly #states = new Map<string, PathState>()
  readonly #censored = new PathState([], true)
  #cached = 0

  constructor(rules: CompiledRules) {
    this.#rules = rules
    this.#hasIndexes = rules.paths.some((path) =>
      path.some((segment) => typeof segment === 'object' && /^\d+$/.test(segment.literal)),
    )
    this.root = this.#state(rules.paths.flatMap((_, rule) => this.#closure(rule, 0)))
  }

  /** The state below the member `key`. hot: benchmarks/logiface/redact-nested */
  member(state: PathState, key: string): PathState {
    if (state.censored) return state
    return state.steps.get(key) ?? this.#keep(state, key, this.#computeMember(state, key))
  }

  /** The state below an array's element. */
  element(state: PathState, index: number): PathState {
    if (state.censored) return state
    const key = this.#hasIndexes ? `${INDEX}${index}` : INDEX
    const known = state.steps.get(key)
    if (known !== undefined) return known
    return this.#keep(state, key, this.#move(state, String(index)))
  }

  #keep(state: PathState, key: string, next: PathState): PathState {
    if (this.#cached < MAX_CACHED) {
      this.#cached++
      state.steps.set(key, next)
    }
    return next
  }

  #computeMember(state: PathState, key: string): PathState {
    if (this.#matchesKey(key)) return this.#censored
    const whole = this.#move(state, normalKey(key))
    if (whole.censored) return whole
    const positions = [...whole.positions]
    for (const segments of pathReadings(key)) {
      let split = state
      for (const segment of segments) {
        if (this.#matchesKey(segment)) return this.#censored
        split = this.#move(split, normalKey(segment))
        if (split.censored) return split
      }
      positions.push(...split.positions)
    }
    return this.#state(positions)
  }

  #matchesKey(key: string): boolean {
    return this.#rules.keys.has(normalKey(key)) || this.#rules.patterns.some((pattern) => pattern.test(key))
  }

  #move(state: PathState, literal: string): PathState {
    const positions: number[] = []
    for (const position of state.positions) {
      const rule = Math.floor(position / MAX_SEGMENTS)
      const at = position % MAX_SEGMENTS
      const segment = (this.#rules.paths[rule] as readonly Segment[])[at] as Segment
      if (segment === '**') positions.push(...this.#closure(rule, at))
      else if (segment === '*' || segment.literal === literal) positions.push(...this.#closure(rule, at + 1))
    }
    return this.#state(positions)
  }

  /** The position itself, and those behind each `**` that may match nothing. -1: the path is matched to its end. */
  #closure(rule: number, at: number): number[] {
    const path = this.#rules.paths[rule] as readonly Segment[]
    const found: number[] = []
    for (let i = at; ; i++) {
      if (i === path.length) found.push(-1)
      else found.push(rule * MAX_SEGMENTS + i)
      if (i === path.length || path[i] !== '**') return found
    }
  }

  #state(positions: readonly number[]): PathState {
    if (positions.includes(-1)) return this.#censored
    const sorted = [...new Set(positions)].toSorted((a, b) => a - b)
    const id = sorted.join(',')
    const known = this.#states.get(id)
    if (known !== undefined) return known
    const state = new PathState(sorted, false)
    if (this.#states.size < MAX_CACHED) this.#states.set(id, state)
    return state
  }
}
