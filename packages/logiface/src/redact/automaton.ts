// One automaton for all rules that look at keys and paths; its cost does not grow with their number.
import { flat, quote } from '../text/json-text.ts'
import type { CompiledRules, Segment } from './rule.ts'
import { MAX_SEGMENTS, normalKey, pathReadings } from './rule.ts'

const MAX_CACHED = 4096
/** Longer keys are looked at each time: whoever chooses them would else choose how much is kept. */
const MAX_CACHED_CHARS = 256
const INDEX = '\u0000[]'

/** Where the walk through a value stands: the set of path positions that may still match. */
export class PathState {
  /** Everything from here down is censored. */
  readonly censored: boolean
  /** Positions of unfinished paths: the rule's number times {@link MAX_SEGMENTS}, plus the segment's. */
  readonly positions: readonly number[]
  readonly steps: Map<string, PathStep> = new Map()
  /** The state below any element of an array; `undefined` while unknown, or if it depends on the index. */
  element: PathState | undefined = undefined

  constructor(positions: readonly number[], censored: boolean) {
    this.positions = positions
    this.censored = censored
  }
}

/** A member of an object, looked up once: where the walk stands below it, and its key's text. */
export class PathStep {
  readonly below: PathState
  /** Before the value of a first member, such as `"key":`. */
  readonly first: string
  /** Before the value of any other, such as `,"key":`. */
  readonly next: string

  constructor(below: PathState, next: string) {
    this.below = below
    this.first = next.slice(1)
    this.next = next
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

  /** The state below the member `key`. */
  member(state: PathState, key: string): PathState {
    return state.censored ? state : this.step(state, key).below
  }

  /** The member `key` of a state that is not censored. hot: benchmarks/logiface/redact-nested */
  step(state: PathState, key: string): PathStep {
    return state.steps.get(key) ?? this.#keep(state, key, this.#computeMember(state, key))
  }

  /** The state below an array's element. */
  element(state: PathState, index: number): PathState {
    if (state.censored) return state
    if (state.element !== undefined) return state.element
    if (!this.#hasIndexes) return (state.element = this.#move(state, String(index)))
    const key = `${INDEX}${index}`
    return (state.steps.get(key) ?? this.#keep(state, key, this.#move(state, String(index)))).below
  }

  #keep(state: PathState, key: string, below: PathState): PathStep {
    const text = ',' + quote(key) + ':'
    if (this.#cached >= MAX_CACHED || key.length > MAX_CACHED_CHARS) return new PathStep(below, text)
    this.#cached++
    const step = new PathStep(below, flat(text))
    state.steps.set(key, step)
    return step
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
