// What events may ask of the logger that makes them: keys, bounds, clock, encoding, and a place for errors.
import type { Bounds, LogStats } from '../bounds.ts'
import type { LogClock } from '../clock.ts'
import type { LogErrorCode } from '../errors.ts'
import { isLogError, LogError } from '../errors.ts'
import type { Redactor } from '../redact/redactor.ts'
import { escapeControls, quote } from '../text/json-text.ts'
import type { WalkContext } from '../text/json-walker.ts'
import { cleanText, JsonWalk } from '../text/json-walker.ts'
import { isErrorLike, printable } from '../text/thrown.ts'
import { FieldKey, KeyTable } from './key-table.ts'
import type { KeyDialect } from './key-table.ts'

export type FailureStage = 'event' | 'field' | 'modifier' | 'context' | 'limit' | 'write' | 'flush' | 'close'

export interface Failure {
  readonly stage: FailureStage
  /** The backend's name. */
  readonly backend: string
}

export interface HostOptions {
  readonly bounds: Bounds
  readonly stats: LogStats
  readonly redactor: Redactor | undefined
  readonly clock: LogClock
  readonly levelNames: readonly (string | undefined)[]
  readonly report: (error: Error, failure: Failure) => void
}

/** What a host needs to know of a backend. */
export interface HostedBackend {
  readonly name: string
  readonly keys?: KeyDialect | undefined
  readonly ownBounds?: boolean | undefined
  readonly errorKey?: string | undefined
}

const PLAIN_KEYS: KeyDialect = { encode: (name) => ',' + quote(name) + ':' }
const CODES: Readonly<Record<FailureStage, LogErrorCode>> = {
  event: 'ERR_LOG_FIELD',
  field: 'ERR_LOG_FIELD',
  modifier: 'ERR_LOG_FIELD',
  context: 'ERR_LOG_FIELD',
  limit: 'ERR_LOG_FIELD',
  write: 'ERR_LOG_WRITE',
  flush: 'ERR_LOG_WRITE',
  close: 'ERR_LOG_WRITE',
}

/** One for each pair of a root logger and a backend. */
export class EventHost implements WalkContext {
  readonly keys: KeyTable
  readonly bounds: Bounds
  readonly stats: LogStats
  readonly redactor: Redactor | undefined
  readonly clock: LogClock
  /** Names of all levels, indexed by level. */
  readonly levelNames: readonly (string | undefined)[]
  /** Where a message goes in events that have no adder for it. */
  readonly messageKey: FieldKey
  /** Texts up to this length need no look: no bound and no pattern can touch them. */
  readonly freeChars: number
  /** The key of `err()` without a key. */
  readonly errorKey: string
  readonly #options: HostOptions
  readonly #backend: HostedBackend
  readonly #derived = new Map<HostedBackend, EventHost>()

  constructor(options: HostOptions, backend: HostedBackend) {
    this.bounds = options.bounds
    this.stats = options.stats
    this.redactor = options.redactor
    this.clock = options.clock
    this.levelNames = options.levelNames
    this.freeChars =
      options.redactor?.hasValues === true ? -1 : backend.ownBounds === true ? Number.POSITIVE_INFINITY : options.bounds.string
    this.errorKey = backend.errorKey ?? 'err'
    this.#options = options
    this.#backend = backend
    this.keys = new KeyTable(backend.keys ?? PLAIN_KEYS, options.redactor)
    this.messageKey = new FieldKey('msg', ',"msg":', undefined, undefined)
  }

  /** The same logger's host for another backend: only its keys differ. */
  for(backend: HostedBackend): EventHost {
    const known = this.#derived.get(backend)
    if (known !== undefined) return known
    const host = new EventHost(this.#options, backend)
    this.#derived.set(backend, host)
    return host
  }

  levelName(level: number): string {
    return this.levelNames[level] ?? String(level)
  }

  /** A value as JSON text, within bounds, without redaction; `undefined` for what JSON leaves out. */
  json(value: unknown): string | undefined {
    if (this.redactor === undefined) {
      try {
        const text = JSON.stringify(value)
        if (text === undefined) return undefined
        if (isWithin(text, this.bounds)) return escapeControls(text)
      } catch {
        // circular, too deep, a bigint, or a member that throws: the walker writes the rest of the value
      }
    }
    return new JsonWalk(this, []).value('', value, this.redactor?.automaton.root)
  }

  /** Something thrown as JSON text, without redaction rules beyond those at the top. */
  thrown(error: unknown): string {
    return new JsonWalk(this, []).thrown(error, this.redactor?.automaton.root)
  }

  /** A text within its bound, with what looks like a secret replaced. */
  text(value: string): string {
    return value.length <= this.freeChars ? value : cleanText(this, value)
  }

  /** Counts an exception and hands it on, without what it may have caught of the event. */
  fail(stage: FailureStage, error: unknown): Error {
    this.stats.errors++
    const message = cleanText(this, printable(isErrorLike(error) ? readMessage(error) : error))
    const options = this.redactor === undefined ? { cause: error } : {}
    const safe = new LogError(codeOf(error) ?? CODES[stage], message, options)
    this.#options.report(safe, { stage, backend: this.#backend.name })
    return safe
  }
}

/** The code of an error of ours; what was caught may be a Proxy that refuses to be looked at. */
function codeOf(error: unknown): LogErrorCode | undefined {
  try {
    return isLogError(error) ? error.code : undefined
  } catch {
    return undefined
  }
}

function readMessage(error: Error): unknown {
  try {
    return error.message
  } catch {
    return '[Unprintable]'
  }
}

/** Whether the JSON text keeps the bounds. Short texts with few brackets need no scan. */
function isWithin(text: string, bounds: Bounds): boolean {
  if (text.length <= 2 * bounds.members && text.length <= bounds.string && countClosers(text, bounds.depth) <= bounds.depth)
    return true
  if (text.length > bounds.line) return false
  let depth = 0
  const members: number[] = []
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === 0x22) {
      const end = stringEnd(text, i)
      if (end - i > bounds.string) return false
      i = end
    } else if (char === 0x7b || char === 0x5b) {
      if (++depth > bounds.depth) return false
      members[depth] = 1
    } else if (char === 0x7d || char === 0x5d) depth--
    else if (char === 0x2c && ++(members as [number])[depth as 0] > bounds.members) return false
  }
  return true
}

function countClosers(text: string, enough: number): number {
  let count = 0
  for (let at = text.indexOf('}'); at >= 0 && count <= enough; at = text.indexOf('}', at + 1)) count++
  for (let at = text.indexOf(']'); at >= 0 && count <= enough; at = text.indexOf(']', at + 1)) count++
  return count
}

function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end >= 0) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
  return text.length
}
