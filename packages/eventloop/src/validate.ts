// Checks of arguments at the edge: each failure names the member, its value and its range.

export interface NumberRange {
  readonly min: number
  readonly max: number
  readonly integer?: boolean
  /** `Infinity` is allowed as well. */
  readonly infinite?: boolean
}

/** @throws TypeError if `value` is no number; RangeError if it is out of range, NaN, or not an integer where one is asked for. */
export function numberIn(name: string, value: number, range: NumberRange): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${describe(value)}`)
  if (range.infinite === true && value === Number.POSITIVE_INFINITY) return value
  if (!(value >= range.min && value <= range.max) || (range.integer === true && !Number.isInteger(value))) {
    const kind = range.integer === true ? 'an integer' : 'a number'
    throw new RangeError(
      `${name} must be ${kind} from ${range.min} to ${range.max}${range.infinite === true ? ' or Infinity' : ''}, got ${value}`,
    )
  }
  return value
}

/** @throws TypeError unless `value` is a function. */
export function requireFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function, got ${describe(value)}`)
}

/** @throws TypeError unless `value` is a function or absent. */
export function functionIn<F>(name: string, value: F | undefined): F | undefined {
  if (value !== undefined) requireFunction(name, value)
  return value
}

/** @throws TypeError unless `value` is an object or absent. */
export function objectIn<O extends object>(name: string, value: O | undefined): O | undefined {
  if (value === undefined) return undefined
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    throw new TypeError(`${name} must be an object, got ${describe(value)}`)
  }
  return value
}

/** @throws TypeError if `value` is not in the closed set. */
export function memberOf<const T extends string>(name: string, value: T, set: readonly T[]): T {
  if (!set.includes(value)) throw new TypeError(`${name} must be one of ${set.join(', ')}, got ${describe(value)}`)
  return value
}

/** @throws TypeError if `value` is no object or has a member that is not known. */
export function checkKeys(name: string, value: object, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${name} must be an object, got ${describe(value)}`)
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) throw new TypeError(`${name} has an unknown member "${key}"; known: ${known.join(', ')}`)
  }
}

/** @throws TypeError unless `signal` is absent or an abort signal. */
export function signalIn(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined) return undefined
  if (
    typeof signal !== 'object' ||
    signal === null ||
    typeof signal.addEventListener !== 'function' ||
    typeof signal.aborted !== 'boolean'
  ) {
    throw new TypeError(`signal must be an AbortSignal, got ${describe(signal)}`)
  }
  return signal
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return `"${value.slice(0, 40)}"`
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value
}
