// Any value as JSON text: bounded, guarded against hostile members, redacted on the way.
import type { Bounds, LogStats } from '../bounds.ts'
import type { PathState } from '../redact/automaton.ts'
import type { Redactor } from '../redact/redactor.ts'
import { REMOVED } from '../redact/redactor.ts'
import { numberText, quote } from './json-text.ts'
import { isErrorLike, printable, throwsText } from './thrown.ts'

const TRUNCATED = '"[Truncated]"'
const CIRCULAR = '"[Circular]"'
const MAX_CAUSES = 8
const MAX_ERRORS = 16
/** Dropped from the end of a text that was cut: a secret that straddles the cut would no longer look like one. */
const CUT_MARGIN = 256

export interface WalkContext {
  readonly bounds: Bounds
  readonly stats: LogStats
  readonly redactor: Redactor | undefined
}

/** A text within its bound, with what looks like a secret replaced. */
export function cleanText({ bounds, stats, redactor }: WalkContext, value: string): string {
  let text = value
  let cut = false
  if (text.length > bounds.string) {
    stats.truncated++
    cut = true
    let end = bounds.string
    if (redactor?.hasValues === true) {
      end = Math.max(0, end - CUT_MARGIN)
      while (end > 0 && text.charCodeAt(end - 1) > 0x20) end--
    }
    text = text.slice(0, end)
  }
  if (redactor?.hasValues === true) text = redactor.text(text)
  return cut ? text + '[Truncated]' : text
}

/** One walk through one value. A walk is never shared: getters may log, and so start another. */
export class JsonWalk {
  readonly #context: WalkContext
  readonly #bounds: Bounds
  readonly #redactor: Redactor | undefined
  readonly #path: string[]
  readonly #ancestors: object[] = []
  #room: number

  /** @param path - where the value stands in the event; used only if the redactor asks for paths. */
  constructor(context: WalkContext, path: readonly string[]) {
    this.#context = context
    this.#bounds = context.bounds
    this.#redactor = context.redactor
    this.#path = [...path]
    this.#room = context.bounds.line
  }

  /** @returns JSON text; `undefined` for what `JSON.stringify` leaves out. */
  value(key: string, given: unknown, state: PathState | undefined): string | undefined {
    let value = given
    try {
      if ((typeof value === 'object' && value !== null) || typeof value === 'bigint' || typeof value === 'function') {
        const toJSON: unknown = (value as { readonly toJSON?: unknown }).toJSON
        if (typeof toJSON === 'function') value = toJSON.call(value, key)
        value = unboxed(value)
      }
      return this.#plain(value, state)
    } catch (error) {
      return this.#threw(error)
    }
  }

  /** Something thrown, as JSON text: type, message, code, stack, cause, errors, own members. */
  thrown(given: unknown, state: PathState | undefined, causes = 0): string {
    if (!isErrorLike(given)) return this.#thrownValue(given, state)
    if (this.#ancestors.includes(given)) return this.#circular()
    this.#ancestors.push(given)
    const written = new Set(['type', 'message', 'code', 'stack', 'cause', 'errors'])
    let text = ''
    let hidden = false
    const member = (
      key: string,
      read: () => unknown,
      encode?: (value: unknown, below: PathState | undefined) => string | undefined,
    ): void => {
      const piece = this.#member(key, read, state, encode)
      if (piece.censored && (key === 'type' || key === 'message')) hidden = true
      if (piece.text !== undefined) text += ',' + quote(key) + ':' + piece.text
    }
    member('type', () => errorType(given))
    member('message', () => given.message)
    if (ownsMember(given, 'code')) member('code', () => Reflect.get(given, 'code'))
    member(
      'stack',
      () => given.stack,
      (stack) => (hidden ? this.#censorText() : this.#stack(stack)),
    )
    if (hasMember(given, 'cause')) {
      member(
        'cause',
        () => given.cause,
        (cause, below) => {
          if (!isErrorLike(cause)) return this.value('cause', cause, below)
          return causes >= MAX_CAUSES ? this.#truncated() : this.thrown(cause, below, causes + 1)
        },
      )
    }
    if (hasMember(given, 'errors'))
      member(
        'errors',
        () => Reflect.get(given, 'errors'),
        (errors, below) => this.#errors(errors, below, causes),
      )
    try {
      for (const key of Object.keys(given).slice(0, this.#bounds.members))
        if (!written.has(key)) member(key, () => Reflect.get(given, key))
    } catch (error) {
      text += ',"members":' + this.#threw(error)
    }
    this.#ancestors.pop()
    return '{' + text.slice(1) + '}'
  }

  #thrownValue(given: unknown, state: PathState | undefined): string {
    let text = ''
    for (const [key, value] of [
      ['type', typeof given],
      ['message', printable(given)],
    ] as const) {
      const piece = this.#member(key, () => value, state)
      if (piece.text !== undefined) text += ',' + quote(key) + ':' + piece.text
    }
    return '{' + text.slice(1) + '}'
  }

  #errors(errors: unknown, state: PathState | undefined, causes: number): string | undefined {
    if (!Array.isArray(errors)) return this.value('errors', errors, state)
    if (causes >= MAX_CAUSES) return this.#truncated()
    let text = ''
    for (let i = 0; i < errors.length; i++) {
      if (i === MAX_ERRORS) {
        text += ',' + this.#truncated()
        break
      }
      const below = this.#redactor?.automaton.element(state as PathState, i)
      text += ',' + (below?.censored === true ? (this.#censorText() ?? 'null') : this.thrown(errors[i], below, causes + 1))
    }
    return '[' + text.slice(1) + ']'
  }

  #stack(stack: unknown): string | undefined {
    if (typeof stack !== 'string') return this.value('stack', stack, this.#redactor?.automaton.root)
    const limit = this.#bounds.stackChars
    if (stack.length <= limit) return quote(cleanText(this.#context, stack))
    this.#context.stats.truncated++
    return quote(cleanText(this.#context, stack.slice(0, limit)) + '[Truncated]')
  }

  #censorText(): string | undefined {
    const censor = this.#redactor?.censor(this.#path, () => undefined)
    return typeof censor === 'string' ? quote(censor) : undefined
  }

  /** One member under its own guard: what its getter throws costs only this member. */
  #member(
    key: string,
    read: () => unknown,
    state: PathState | undefined,
    encode?: (value: unknown, below: PathState | undefined) => string | undefined,
  ): { readonly text: string | undefined; readonly censored: boolean } {
    const redactor = this.#redactor
    const below = redactor?.member(state as PathState, key)
    if (redactor?.needsPath === true) this.#path.push(key)
    try {
      if (below?.censored === true) {
        const censor = (redactor as Redactor).censor(this.#path.slice(), read)
        return { text: censor === REMOVED ? undefined : this.#spend(quote(censor)), censored: true }
      }
      const value = read()
      if (redactor?.hasTests === true) {
        const verdict = redactor.test(key, this.#path.slice(), value)
        if (verdict !== undefined) return { text: verdict === REMOVED ? undefined : this.#spend(quote(verdict)), censored: true }
      }
      return { text: encode === undefined ? this.value(key, value, below) : encode(value, below), censored: false }
    } catch (error) {
      return { text: this.#threw(error), censored: false }
    } finally {
      if (redactor?.needsPath === true) this.#path.pop()
    }
  }

  #plain(value: unknown, state: PathState | undefined): string | undefined {
    switch (typeof value) {
      case 'string':
        return this.#spend(quote(cleanText(this.#context, value)))
      case 'number':
        return numberText(value)
      case 'boolean':
        return value ? 'true' : 'false'
      case 'bigint':
        return `"${value}"`
      case 'object':
        return value === null ? 'null' : this.#object(value, state)
      default:
        return undefined
    }
  }

  #object(value: object, state: PathState | undefined): string {
    if (this.#ancestors.includes(value)) return this.#circular()
    if (this.#ancestors.length >= this.#bounds.depth || this.#room <= 0) return this.#truncated()
    this.#ancestors.push(value)
    try {
      return Array.isArray(value) ? this.#array(value, state) : this.#record(value, state)
    } finally {
      this.#ancestors.pop()
    }
  }

  #array(values: readonly unknown[], state: PathState | undefined): string {
    const redactor = this.#redactor
    const { length } = values
    const shown = Math.min(length, this.#bounds.members)
    let text = '['
    for (let i = 0; i < shown && this.#room > 0; i++) {
      const below = redactor?.automaton.element(state as PathState, i)
      const piece = this.#element(values, i, below)
      text += i === 0 ? piece : ',' + piece
    }
    if (shown < length || this.#room <= 0) text += (text === '[' ? '' : ',') + this.#truncated()
    return text + ']'
  }

  #element(values: readonly unknown[], index: number, below: PathState | undefined): string {
    const redactor = this.#redactor
    if (redactor === undefined) return this.#guarded(values, index, below)
    if (redactor.needsPath) this.#path.push(String(index))
    try {
      let verdict: string | typeof REMOVED | undefined
      if (below?.censored === true) verdict = redactor.censor(this.#path.slice(), () => values[index])
      else if (redactor.hasTests) verdict = redactor.test(String(index), this.#path.slice(), values[index])
      if (verdict === undefined) return this.#guarded(values, index, below)
      return verdict === REMOVED ? 'null' : (this.#spend(quote(verdict)) ?? 'null')
    } catch (error) {
      return this.#threw(error)
    } finally {
      if (redactor.needsPath) this.#path.pop()
    }
  }

  #guarded(values: readonly unknown[], index: number, below: PathState | undefined): string {
    let value: unknown
    try {
      value = values[index]
    } catch (error) {
      return this.#threw(error)
    }
    return this.value(String(index), value, below) ?? 'null'
  }

  #record(value: object, state: PathState | undefined): string {
    const redactor = this.#redactor
    if (redactor !== undefined && !redactor.needsPath) return this.#quickRecord(value, state as PathState, redactor)
    const keys = Object.keys(value)
    const shown = Math.min(keys.length, this.#bounds.members)
    let text = ''
    for (let i = 0; i < shown && this.#room > 0; i++) {
      const key = keys[i] as string
      const piece = this.#member(key, () => Reflect.get(value, key), state).text
      if (piece === undefined) continue
      const name = key.length > this.#bounds.string ? cleanText(this.#context, key) : key
      text += ',' + (this.#spend(quote(name)) as string) + ':' + piece
    }
    if (shown < keys.length || this.#room <= 0) text += ',"…":' + this.#truncated()
    return '{' + text.slice(1) + '}'
  }

  #threw(error: unknown): string {
    this.#context.stats.errors++
    return this.#spend(quote(cleanText(this.#context, throwsText(error)))) as string
  }

  /** An object when no rule asks for the path. Its pieces are only joined: to cut one off is to copy it. hot: benchmarks/logiface/redact-nested */
  #quickRecord(holder: object, state: PathState, redactor: Redactor): string {
    const { automaton } = redactor
    const { members, string } = this.#bounds
    const keys = Object.keys(holder)
    const shown = keys.length > members ? members : keys.length
    let text = '{'
    for (let i = 0; i < shown && this.#room > 0; i++) {
      const key = keys[i] as string
      const step = automaton.step(state, key)
      const piece = step.below.censored ? this.#spend(this.#censorText()) : this.#quickMember(holder, key, step.below, redactor)
      if (piece === undefined) continue
      if (key.length > string) {
        const name = this.#spend(quote(cleanText(this.#context, key))) as string
        text += (text === '{' ? name : ',' + name) + ':' + piece
      } else {
        this.#room -= step.first.length
        text += (text === '{' ? step.first : step.next) + piece
      }
    }
    if (shown < keys.length || this.#room <= 0) text += (text === '{' ? '"…":' : ',"…":') + this.#truncated()
    return text + '}'
  }

  #quickMember(holder: object, key: string, below: PathState, redactor: Redactor): string | undefined {
    let value: unknown
    try {
      value = (holder as Readonly<Record<string, unknown>>)[key]
    } catch (error) {
      return this.#threw(error)
    }
    if (typeof value === 'string') {
      if (redactor.hasValues || value.length > this.#bounds.string) return this.#plain(value, below)
      const text = quote(value)
      this.#room -= text.length
      return text
    }
    return typeof value === 'number' ? numberText(value) : this.value(key, value, below)
  }

  #circular(): string {
    this.#context.stats.truncated++
    return CIRCULAR
  }

  #truncated(): string {
    this.#context.stats.truncated++
    return TRUNCATED
  }

  #spend(text: string | undefined): string | undefined {
    if (text !== undefined) this.#room -= text.length
    return text
  }
}

/** What `JSON.stringify` makes of a boxed primitive. */
function unboxed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === Array.prototype || prototype === null) return value
  switch (Object.prototype.toString.call(value)) {
    case '[object Number]':
      return Number(value)
    case '[object String]':
      return String(value)
    case '[object Boolean]':
      return Boolean.prototype.valueOf.call(value)
    case '[object BigInt]':
      return BigInt.prototype.valueOf.call(value)
    default:
      return value
  }
}

function errorType(error: Error): unknown {
  const name: unknown = error.name
  return typeof name === 'string' && name !== '' ? name : (error.constructor as { readonly name?: unknown } | undefined)?.name
}

function ownsMember(value: object, key: string): boolean {
  try {
    return Object.hasOwn(value, key)
  } catch {
    return false
  }
}

function hasMember(value: object, key: string): boolean {
  try {
    return key in value
  } catch {
    return false
  }
}
