// All redaction of one root logger: by key, path and function, and within texts.
import { LogError } from '../errors.ts'
import type { PathState } from './automaton.ts'
import { RedactAutomaton } from './automaton.ts'
import type { Censor, RedactOptions, RedactRule, RedactTest } from './rule.ts'
import { compileRules } from './rule.ts'
import type { RedactValue } from './value-pattern.ts'

const DEFAULT_CENSOR = '[Redacted]'

/** Says that a value is to be left out. */
export const REMOVED: unique symbol = Symbol('removed')

export class Redactor {
  readonly automaton: RedactAutomaton
  /** Whether decisions need the path: a rule or the censor is a function. */
  readonly needsPath: boolean
  readonly hasTests: boolean
  readonly hasValues: boolean
  readonly #tests: readonly RedactTest[]
  readonly #values: readonly RedactValue[]
  readonly #censor: Censor
  readonly #remove: boolean

  /** @throws LogError `ERR_LOG_REDACT`. */
  constructor(options: RedactOptions, values: readonly RedactValue[]) {
    const rules = compileRules(options.rules)
    const { censor = DEFAULT_CENSOR, remove = false } = options
    if (typeof censor !== 'string' && typeof censor !== 'function')
      throw new LogError('ERR_LOG_REDACT', `redact.censor must be a text or a function, got ${typeof censor}`)
    if (typeof remove !== 'boolean') throw new LogError('ERR_LOG_REDACT', 'redact.remove must be true or false')
    this.automaton = new RedactAutomaton(rules)
    this.hasTests = rules.tests.length > 0
    this.hasValues = values.length > 0
    this.needsPath = this.hasTests || typeof censor === 'function'
    this.#tests = rules.tests
    this.#values = values.map(checkValueRule)
    this.#censor = censor
    this.#remove = remove
  }

  /** What replaces a censored value. `read` gives the value, and is called only if a function asks for it. */
  censor(path: readonly string[], read: () => unknown): string | typeof REMOVED {
    if (this.#remove) return REMOVED
    if (typeof this.#censor === 'string') return this.#censor
    try {
      const text: unknown = this.#censor(read(), path)
      return typeof text === 'string' ? text : DEFAULT_CENSOR
    } catch {
      return DEFAULT_CENSOR
    }
  }

  /** What the functions among the rules replace the value by; `undefined`: they let it pass. One that throws censors. */
  test(key: string, path: readonly string[], value: unknown): string | typeof REMOVED | undefined {
    for (const test of this.#tests) {
      let verdict: boolean | string
      try {
        verdict = test(key, path, value)
      } catch {
        verdict = true
      }
      if (typeof verdict === 'string') return verdict
      if (verdict) return this.censor(path, () => value)
    }
    return undefined
  }

  /** The text with everything that looks like a secret replaced. */
  text(value: string): string {
    let text = value
    const censor = typeof this.#censor === 'string' ? this.#censor : DEFAULT_CENSOR
    for (const rule of this.#values) {
      if (typeof rule !== 'function') {
        text = text.replace(rule, () => censor)
        continue
      }
      try {
        const replaced: unknown = rule(text, censor)
        text = typeof replaced === 'string' ? replaced : censor
      } catch {
        return censor
      }
    }
    return text
  }

  member(state: PathState, key: string): PathState {
    return this.automaton.member(state, key)
  }
}

function checkValueRule(rule: RedactValue): RedactValue {
  if (rule instanceof RegExp) return rule.global ? rule : new RegExp(rule.source, rule.flags.replace('y', '') + 'g')
  if (typeof rule === 'function') return rule
  throw new LogError('ERR_LOG_REDACT', `redactValues: a rule is a RegExp or a function, got ${typeof rule}`)
}

/** @returns `undefined` if there is nothing to redact. */
export function createRedactor(
  redact: readonly RedactRule[] | RedactOptions | undefined,
  values: readonly RedactValue[] | undefined = [],
): Redactor | undefined {
  const options: RedactOptions =
    redact === undefined ? { rules: [] } : Array.isArray(redact) ? { rules: redact } : (redact as RedactOptions)
  const redactor = new Redactor(options, values)
  return options.rules.length === 0 && values.length === 0 ? undefined : redactor
}
