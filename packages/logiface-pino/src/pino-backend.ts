// The backend over pino: lines in pino's dialect straight into its stream, or objects through its own writer.
import { tracingChannel } from 'node:diagnostics_channel'
import type { Backend, Event, FlushOptions } from '@loopwright/logiface'
import { LEVEL_NAMES, LogError } from '@loopwright/logiface'
import type { EventHost, RecordEvent } from '@loopwright/logiface/backend'
import type { LevelMap } from './level-map.ts'
import { checkLevelMap, pinoLevel } from './level-map.ts'
import { ObjectWriter } from './object-writer.ts'
import { isMultistream, PinoAccess } from './pino-access.ts'
import type { PinoLike } from './pino-like.ts'
import { checkPino } from './pino-like.ts'
import { PinoFragment } from './pino-fragment.ts'
import { PinoRecordEvent } from './pino-record-event.ts'
import { PinoTextEvent } from './pino-text-event.ts'
import type { PinoKey } from './pino-text-event.ts'
import { stringEncoder } from './pino-text.ts'
import { endStream, flushStream, streamReady } from './stream-flush.ts'

export interface PinoBackendOptions {
  /** `auto` (default): text wherever pino's configuration allows it. `false`: always objects. */
  readonly fastPath?: 'auto' | false | undefined
  /** Numbers in pino for levels by name, such as `{ audit: 35 }`. Default: see the table in the README. */
  readonly levelMap?: LevelMap | undefined
}

/** The pino instance and its stream stay their owner's: nothing here closes them. */
export interface PinoBackend extends Backend<Event> {
  /** How events are made now. */
  readonly path: 'text' | 'object'
  /** Why the path is `object`. */
  readonly reasons: readonly string[]
  /** Resolves when the stream can be flushed synchronously. */
  readonly ready: Promise<void>
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
  const { fastPath = 'auto', levelMap = {} } = options
  if (fastPath !== 'auto' && fastPath !== false)
    throw new LogError('ERR_LOG_OPTION', `fastPath must be 'auto' or false, got ${String(fastPath)}`)
  checkLevelMap(levelMap)
  checkPino(instance)
  const pino = new PinoAccess(instance)
  const encode = stringEncoder(pino.major)
  const channel = tracingChannel('pino_asJson')
  const serialised = new WeakSet<object>()
  const states = new WeakMap<EventHost, HostState>()
  const thresholds: number[] = []
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
    const serializer =
      ownMember(pino.serializers, name) ?? (name === pino.errorKey ? ownMember(pino.serializers, 'err') : undefined)
    const stringifier = ownMember(pino.stringifiers, name) ?? pino.wildcard
    const isMessage = name === pino.messageKey
    return { isPlain: serializer === undefined && stringifier === undefined && !isMessage, isMessage, serializer, stringifier }
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
    const line = event.text + pino.end
    if (isMultistream(stream)) (stream as { lastLevel?: number }).lastLevel = event.number
    stream.write(hooks?.streamWrite === undefined ? line : hooks.streamWrite(line))
    if (event.number === FATAL) flushAfterFatal(stream)
    return undefined
  }
  const hosts = new WeakMap<Event, EventHost>()

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
      const event = new PinoRecordEvent(level, host, serialised)
      hosts.set(event, host)
      return event
    },
    openFragment(host, isNested) {
      choose()
      const record = new PinoRecordEvent(0, host, serialised, true)
      return isNested ? record : new PinoFragment(new PinoTextEvent(0, 0, '', host, pino, encode), record)
    },
    write(event) {
      if (event instanceof PinoTextEvent) return writeText(event)
      const host = hosts.get(event) as EventHost
      const state = stateOf(host)
      const level = levelOf(event.level, host, state)
      state.writer.write(event as RecordEvent, level, host.levelName(event.level), (event as RecordEvent).message)
      if (level === FATAL) flushAfterFatal(pino.stream)
      return undefined
    },
    enabled(level) {
      let number = thresholds[level]
      if (number === undefined) {
        number = pinoLevel(level, LEVEL_NAMES[level] ?? '', instance, levelMap)
        thresholds[level] = number
      }
      return pino.isEnabled(number)
    },
    flush: (flushOptions) => flushStream(pino.stream, flushOptions),
    flushSync: () => pino.stream.flushSync?.(),
    flushFinal: () => endStream(pino.stream),
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
