// The backend over winston: prebuilt lines where its format allows it, info objects otherwise.
import type { Backend, BackendStats, Event, FlushOptions, Outcome } from '@loopwright/logiface'
import { LEVEL_NAMES, LogError } from '@loopwright/logiface'
import type { EventHost, TextFormat } from '@loopwright/logiface/backend'
import { flat, LineTimestamp, markReported, quote, readJson, RecordEvent, TextEvent } from '@loopwright/logiface/backend'
import { formatOptions } from './logiface-format.ts'
import type { Info, TransportLike, WinstonLike } from './winston-like.ts'
import { checkWinston, LEVEL, MESSAGE } from './winston-like.ts'
import type { WinstonLevel } from './winston-levels.ts'
import { winstonLevel } from './winston-levels.ts'
import { endAll, isIdle } from './winston-flush.ts'

export interface WinstonBackendOptions {
  /** `auto` (default): prebuilt lines if the logger's format is `logifaceFormat()`. `false`: always info objects. */
  readonly fastPath?: 'auto' | false | undefined
  /** Winston's names for levels, such as `{ audit: 'info' }`. */
  readonly levelMap?: Readonly<Record<string, string>> | undefined
  /** Events that may wait in winston and its transports before new ones are dropped. Integer, 1 to 2^24. Default 16 384. */
  readonly maxQueuedEvents?: number | undefined
}

/** The winston logger stays its owner's: nothing here closes it. */
export interface WinstonBackend extends Backend<Event> {
  readonly path: 'text' | 'object'
  readonly reasons: readonly string[]
  flush(options?: FlushOptions): Promise<void>
  flushSync(): void
  /** Ends the logger and waits until its transports have finished: after this nothing is written. */
  flushFinal(): Promise<void>
  stats(): BackendStats & {
    /** Events that a full transport missed while another took them. */
    readonly partial: number
  }
}

/** A level as winston knows it, and the start of its lines. */
interface KnownLevel extends WinstonLevel {
  readonly start: string
}

const RESERVED: ReadonlySet<string> = new Set(['level', 'message', 'timestamp'])
const TEXT: TextFormat = { nonFinite: 'null', durations: 'text', messageText: ',"message":' }

/**
 * Writes through a winston logger.
 *
 * @throws LogError `ERR_LOG_BACKEND` if it is no logger of winston 3, `ERR_LOG_OPTION`.
 */
export function winstonBackend(logger: WinstonLike, options: WinstonBackendOptions = {}): WinstonBackend {
  const { fastPath = 'auto', levelMap = {}, maxQueuedEvents = 16_384 } = options
  if (fastPath !== 'auto' && fastPath !== false)
    throw new LogError('ERR_LOG_OPTION', `fastPath must be 'auto' or false, got ${String(fastPath)}`)
  if (!Number.isInteger(maxQueuedEvents) || maxQueuedEvents < 1 || maxQueuedEvents > 2 ** 24)
    throw new LogError('ERR_LOG_OPTION', `maxQueuedEvents must be an integer from 1 to 2^24, got ${String(maxQueuedEvents)}`)
  checkWinston(logger)
  const timestamps = new LineTimestamp()
  const levels = new Map<string, KnownLevel>()
  const counts = { written: 0, dropped: 0, partial: 0, unreported: 0 }
  let reasons: readonly string[] = []
  let timestamp: 'iso' | 'epoch' | false = 'iso'
  const choose = (): void => {
    const format = fastPath === false ? undefined : formatOptions(logger.format)
    timestamp = format?.timestamp ?? 'iso'
    reasons =
      fastPath === false
        ? ['fastPath is false']
        : format === undefined
          ? [`the logger's format is not logifaceFormat(): use it as the whole format, not within combine()`]
          : []
  }
  choose()

  const levelOf = (name: string): KnownLevel => {
    const known = levels.get(name)
    if (known !== undefined) return known
    const { shown, symbol } = winstonLevel(name, logger.levels as Record<string, number>, levelMap)
    const found = { shown, symbol, start: flat('{"level":' + quote(shown)) }
    levels.set(name, found)
    return found
  }
  const head = (level: number, host: EventHost): string => {
    const { start } = levelOf(host.levelName(level))
    const meta = defaultMembers(logger, host)
    if (timestamp === false) return start + meta
    const epochMs = host.clock.epochMs()
    return start + ',"timestamp":' + (timestamp === 'iso' ? '"' + timestamps.text(Math.trunc(epochMs)) + '"' : epochMs) + meta
  }
  const full = (transport: TransportLike): boolean => (transport.writableLength ?? 0) >= maxQueuedEvents

  /** Straight to the transports, if nothing else would see the event on its way. */
  const isStraight = (transports: readonly TransportLike[]): boolean =>
    !Object.hasOwn(logger, 'write') &&
    !logger.silent &&
    logger.readableFlowing !== false &&
    logger.listenerCount('data') === transports.length && // each transport is a pipe, and listens; another listener would miss the event
    logger.readableLength === 0 &&
    logger.writableLength === 0 &&
    takePlain(transports)

  const isFull = (straight: boolean, transports: readonly TransportLike[]): boolean => {
    if (!straight && logger.writableLength + logger.readableLength >= maxQueuedEvents) return true
    for (const transport of transports) if (!full(transport)) return false
    return transports.length > 0
  }

  const hand = (info: Info, straight: boolean, transports: readonly TransportLike[]): void => {
    if (!straight) {
      logger.write(info)
      return
    }
    for (const transport of transports) {
      if (full(transport)) counts.partial++
      else transport.write(info)
    }
  }
  const drop = (): Outcome => {
    counts.dropped++
    const isFirst = counts.unreported++ === 0
    const error = new LogError('ERR_LOG_FULL', `the event is dropped: ${maxQueuedEvents} events wait in winston`)
    return isFirst ? error : markReported(error)
  }
  const reportDrops = (host: EventHost, straight: boolean, transports: readonly TransportLike[]): void => {
    const count = counts.unreported
    counts.unreported = 0
    const { shown, symbol } = levelOf('warning')
    const info: Info = { level: shown, message: 'events were dropped', _dropped: count, [LEVEL]: symbol }
    if (reasons.length === 0) info[MESSAGE] = `${head(4, host)},"_dropped":${count},"message":"events were dropped"}`
    hand(info, straight, transports)
  }

  return {
    name: 'winston',
    keys: { encode: (name, nested) => ',' + quote(!nested && RESERVED.has(name) ? name + '_' : name) + ':' },
    get path() {
      return reasons.length === 0 ? 'text' : 'object'
    },
    get reasons() {
      return reasons
    },
    newEvent(level, host) {
      return reasons.length === 0 ? new TextEvent(level, head(level, host), host, TEXT) : new RecordEvent(level, host, true)
    },
    openFragment(host) {
      choose()
      return reasons.length === 0 ? new TextEvent(0, '', host, TEXT) : new RecordEvent(0, host, true)
    },
    write(event) {
      const { host } = event as TextEvent | RecordEvent
      const { shown, symbol } = levelOf(host.levelName(event.level))
      const transports = logger.transports as readonly TransportLike[]
      const straight = event instanceof TextEvent && isStraight(transports)
      let info: Info
      if (event instanceof TextEvent) {
        // joined, not cut from the whole line: to cut a text is to copy it
        const line = event.text + '}'
        info = straight || !transports.some(({ format }) => format !== undefined) ? { level: shown } : (readJson(line) as Info)
        info[LEVEL] = symbol
        info[MESSAGE] = line
      } else info = infoOf(event as RecordEvent, shown, symbol, logger.defaultMeta)
      if (isFull(straight, transports)) return drop()
      if (counts.unreported > 0) reportDrops(host, straight, transports)
      hand(info, straight, transports)
      counts.written++
      return undefined
    },
    // winston tells of a write that failed by an event of the transport, later: no transport's write is known to be done
    holds: () => true,
    enabled: (level) => !logger.silent && logger.isLevelEnabled(levelOf(LEVEL_NAMES[level] ?? '').symbol),
    async flush({ signal }: FlushOptions = {}) {
      while (!isIdle(logger)) {
        signal?.throwIfAborted()
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    flushSync() {
      for (const transport of logger.transports as readonly TransportLike[]) transport.flushSync?.()
    },
    flushFinal: () => endAll(logger),
    stats: () => ({ written: counts.written, dropped: counts.dropped, partial: counts.partial, queuedBytes: 0 }),
  }
}

/** Whether every transport takes an event as it is. hot: benchmarks/logiface/four-fields */
function takePlain(transports: readonly TransportLike[]): boolean {
  for (const { log, format } of transports) if (typeof log !== 'function' || format !== undefined) return false
  return true
}

/** winston's own `write` does not merge `defaultMeta`, so it is done here. */
function infoOf(event: RecordEvent, shown: string, symbol: string, meta: unknown): Info {
  const info: Info = {}
  if (typeof meta === 'object' && meta !== null) for (const key of Object.keys(meta)) define(info, key, Reflect.get(meta, key))
  for (const key of Object.keys(event.record)) define(info, RESERVED.has(key) ? key + '_' : key, event.record[key])
  info['level'] = shown
  info['message'] = event.message
  info[LEVEL] = symbol
  return info
}

function define(info: Info, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(info, key, { value, enumerable: true, configurable: true, writable: true })
  else info[key] = value
}

function defaultMembers(logger: WinstonLike, host: EventHost): string {
  const meta = logger.defaultMeta
  if (typeof meta !== 'object' || meta === null) return ''
  let text = ''
  for (const key of Object.keys(meta)) {
    const value = host.json(Reflect.get(meta, key))
    if (value !== undefined && !RESERVED.has(key)) text += ',' + quote(key) + ':' + value
  }
  return text
}
