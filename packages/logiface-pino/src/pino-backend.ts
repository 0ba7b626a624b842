// The backend over pino: lines in pino's dialect straight into its stream, or objects through its own writer.
import { tracingChannel } from 'node:diagnostics_channel'
import type { Backend, Event, FlushOptions } from '@loopwright/logiface'
import { LEVEL_NAMES, LogError } from '@loopwright/logiface'
import type { EventHost } from '@loopwright/logiface/backend'
import type { LevelMap } from './level-map.ts'
import { checkLevelMap, pinoLevel } from './level-map.ts'
import { Coalescer } from './coalescer.ts'
import { ObjectWriter } from './object-writer.ts'
import { isMultistream, PinoAccess } from './pino-access.ts'
import type { PinoLike } from './pino-like.ts'
import { checkPino } from './pino-like.ts'
import { PinoFragment } from './pino-fragment.ts'
import { PinoRecordEvent } from './pino-record-event.ts'
import { PinoTextEvent } from './pino-text-event.ts'
import type { PinoKey } from './pino-text-event.ts'
import { stringEncoder } from './pino-text.ts'
import { StreamAppender } from './sonic-append.ts'
import { endStream, flushStream, streamReady } from './stream-flush.ts'
import { streamHolds } from './stream-holds.ts'

export interface PinoBackendOptions {
  /** `auto` (default): text wherever pino's configuration allows it. `false`: always objects. */
  readonly fastPath?: 'auto' | false | undefined
  /** Numbers in pino for levels by name, such as `{ audit: 35 }`. Default: see the table in the README. */
  readonly levelMap?: LevelMap | undefined
  /**
   * Hands the lines of one turn of the event loop to the stream as one string: less of the stream's own cost a line, but a process
   * that is killed loses that turn, and lines that pino itself writes meanwhile come first. Only on the text path; lines for a
   * multistream, which are routed one by one, and those that pino flushes at once (60) are handed on at once. Default false.
   */
  readonly coalesce?: boolean | undefined
}

/** The pino instance and its stream stay their owner's: nothing here closes them. */
export interface PinoBackend extends Backend<Event> {
  /** How events are made now. */
  readonly path: 'text' | 'object'
  /** Why the path is `object`. */
  readonly reasons: readonly string[]
  /** Resolves when the stream can be flushed synchronously; rejects with its error, or `ERR_LOG_CLOSED`, if it never can. */
  readonly ready: Promise<void>
  /** @throws what the stream tells; `ERR_LOG_CLOSED` if it could not be opened. */
  flush(options?: FlushOptions): Promise<void>
  flushSync(): void
  /** Ends a worker transport and waits for it; any other stream is flushed. */
  flushFinal(): Promise<void>
}

const FATAL = 60

interface HostState {
  readonly levels: number[]
  readonly heads: string[]
  readonly writer: ObjectWriter
}

/**
 * Writes through a pino instance.
 *
 * @throws LogError `ERR_LOG_BACKEND` if it is no pino that can be written to, `ERR_LOG_OPTION`.
 */
export function pinoBackend(instance: PinoLike, options: PinoBackendOptions = {}): PinoBackend {
  const { fastPath = 'auto', levelMap = {}, coalesce = false } = options
  if (fastPath !== 'auto' && fastPath !== false)
    throw new LogError('ERR_LOG_OPTION', `fastPath must be 'auto' or false, got ${String(fastPath)}`)
  if (typeof coalesce !== 'boolean')
    throw new LogError('ERR_LOG_OPTION', `coalesce must be true or false, got ${String(coalesce)}`)
  checkLevelMap(levelMap)
  checkPino(instance)
  const pino = new PinoAccess(instance)
  const coalescer = coalesce ? new Coalescer(() => pino.stream) : undefined
  const appender = new StreamAppender()
  const encode = stringEncoder(pino.major)
  const channel = tracingChannel('pino_asJson')
  const serialised = new WeakSet<object>()
  const states = new WeakMap<EventHost, HostState>()
  /** For levels 0 to 8: whether pino lets them through at the threshold last seen. */
  let passing: readonly boolean[] = []
  let threshold = Number.NaN
  let lastHost: EventHost | undefined
  let lastState: HostState | undefined
  let reasons: readonly string[] = []
  const choose = (): void => {
    reasons = fastPath === false ? ['fastPath is false'] : new PinoAccess(instance).reasons()
  }
  choose()

  const stateOf = (host: EventHost): HostState => {
    if (host === lastHost) return lastState as HostState
    const known = states.get(host) ?? { levels: [], heads: [], writer: new ObjectWriter(pino, host, serialised) }
    states.set(host, known)
    lastHost = host
    lastState = known
    return known
  }
  const describe = (name: string): PinoKey => {
    const serializer = pino.serializerOf(name)
    const stringifier = ownMember(pino.stringifiers, name) ?? pino.wildcard
    const isMessage = name === pino.messageKey
    const isError = name === pino.errorKey
    const isPlain = serializer === undefined && stringifier === undefined && !isMessage && !isError
    return { isPlain, isMessage, isError, serializer, stringifier }
  }
  const levelOf = (level: number, host: EventHost, state: HostState): number => {
    const known = state.levels[level]
    if (known !== undefined) return known
    const found = pinoLevel(level, host.levelName(level), instance, levelMap)
    state.levels[level] = found
    state.heads[level] = pino.levelText(instance.levels.labels[found] ?? host.levelName(level), found)
    return found
  }
  const writeText = (event: PinoTextEvent): undefined => {
    const { stream, hooks } = pino
    const built = event.line()
    const line = hooks?.streamWrite === undefined ? built : hooks.streamWrite(built)
    const isMulti = isMultistream(stream)
    if (coalescer !== undefined) {
      if (!isMulti && event.number !== FATAL) {
        coalescer.add(line, event.host)
        return undefined
      }
      coalescer.hand()
    }
    if (isMulti) (stream as { lastLevel?: number }).lastLevel = event.number
    appender.write(stream, line)
    if (event.number === FATAL) flushAfterFatal(stream)
    return undefined
  }

  return {
    name: 'pino',
    keys: { encode: (name, nested) => ',' + (nested ? JSON.stringify(name) : encode(name)) + ':', describe },
    errorKey: pino.errorKey,
    ownBounds: true,
    get path() {
      return reasons.length === 0 ? 'text' : 'object'
    },
    get reasons() {
      return reasons
    },
    get ready() {
      return streamReady(pino.stream)
    },
    newEvent(level, host) {
      const state = stateOf(host)
      const number = levelOf(level, host, state)
      if (reasons.length === 0 && !channel.hasSubscribers)
        return new PinoTextEvent(level, number, pino.head(number, state.heads[level] as string), host, pino, encode)
      return new PinoRecordEvent(level, host, pino, serialised)
    },
    openFragment(host, isNested) {
      choose()
      const record = new PinoRecordEvent(0, host, pino, serialised, true)
      return isNested ? record : new PinoFragment(new PinoTextEvent(0, 0, '', host, pino, encode), record)
    },
    write(event) {
      if (event instanceof PinoTextEvent) return writeText(event)
      coalescer?.hand()
      const record = event as PinoRecordEvent
      const { host } = record
      const state = stateOf(host)
      const level = levelOf(event.level, host, state)
      state.writer.write(record, level, host.levelName(event.level), record.message)
      if (level === FATAL) flushAfterFatal(pino.stream)
      return undefined
    },
    holds(level, host) {
      const { stream } = pino
      const number = levelOf(level, host, stateOf(host))
      return (coalescer !== undefined && number !== FATAL && !isMultistream(stream)) || streamHolds(stream, number)
    },
    enabled(level) {
      const now = pino.threshold
      if (now !== threshold) {
        threshold = now
        passing = LEVEL_NAMES.map((name, i) => pino.passes(pinoLevel(i, name, instance, levelMap), now))
      }
      return passing[level] === true
    },
    flush(flushOptions) {
      coalescer?.hand()
      return flushStream(pino.stream, flushOptions)
    },
    flushSync() {
      coalescer?.hand()
      pino.stream.flushSync?.()
    },
    flushFinal() {
      coalescer?.hand()
      return endStream(pino.stream)
    },
  }
}

/** As pino's own `fatal` does: a stream that is not ready to be flushed is no reason to fail. */
function flushAfterFatal(stream: { flushSync?(): void }): void {
  try {
    stream.flushSync?.()
  } catch {
    // the line is with the stream; pino lets this pass as well
  }
}

/** pino 9 keeps serializers in an ordinary object: `constructor` is no serializer. */
function ownMember<T>(table: Readonly<Record<PropertyKey, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
