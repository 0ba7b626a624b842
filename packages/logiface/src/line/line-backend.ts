// Our own backend: one JSON line an event.
import type { Backend, BackendStats } from '../event/backend.ts'
import { LogError } from '../errors.ts'
import type { EventHost } from '../event/host.ts'
import type { LineEvent, LineFormatOptions } from './line-format.ts'
import { createLineFormat } from './line-format.ts'
import { isForPeople, prettyLine } from '../pretty/pretty-line.ts'
import { openLineWriter } from './line-writer.ts'
import type { WriterEvents } from './line-writer.ts'
import { SinkWriter } from './sink-writer.ts'
import type { LineSink } from './sink-writer.ts'
import type { LineWriterOptions } from './writer-options.ts'

export interface LineBackendOptions extends LineWriterOptions, LineFormatOptions {
  /** Lines for people. `auto`: if a terminal reads them, and neither `NO_COLOR` nor `CI` is set. Default false: JSON. */
  readonly pretty?: boolean | 'auto' | undefined
  /** Takes the lines in place of a file, one by one, at once; browsers need it. Give it without the options of files. Default: none. */
  readonly sink?: LineSink | undefined
}

/** A backend that writes lines. Whoever opened it closes it. */
export interface LineBackend extends Backend<LineEvent> {
  /** How events are made: always as text. */
  readonly path: 'text'
  readonly reasons: readonly string[]
  flushSync(): void
  close(): void
  stats(): BackendStats
  /** Opens the file anew under its name, for rotation. Nothing is lost between the two files. */
  reopen(): void
}

const WARNING = 4

function isTerminalFd(fd: number): boolean {
  return process.getBuiltinModule('node:tty').isatty(fd)
}

/**
 * Opens a writer of JSON lines: to a file, to standard output, or to a function.
 *
 * @throws LogError `ERR_LOG_OPTION`, also if the file cannot be opened, and without a `sink` where there are no files.
 */
export function lineBackend(options: LineBackendOptions = {}): LineBackend {
  const format = createLineFormat(options)
  const { pretty = false } = options
  if (typeof pretty !== 'boolean' && pretty !== 'auto')
    throw new LogError('ERR_LOG_OPTION', `pretty must be true, false or 'auto', got ${String(pretty)}`)
  checkPlace(options)
  const isTerminal = options.sink === undefined && options.path === undefined && isTerminalFd(options.fd ?? 1)
  const isPretty = pretty === 'auto' ? isTerminal && isForPeople(isTerminal, process.env) : pretty
  const text = (line: string): string => (isPretty ? (prettyLine(line, { color: isTerminal }) ?? line) + '\n' : line)
  let lastHost: EventHost | undefined
  const events: WriterEvents = {
    failed(error) {
      if (lastHost === undefined) process.emitWarning(error)
      else lastHost.fail('write', error)
    },
    droppedLine: (count) =>
      text(`${lastHost === undefined ? '{"level":"warning"' : format.head(WARNING, lastHost)},"_dropped":${count}}\n`),
  }
  const writer = options.sink === undefined ? openLineWriter(options, events) : new SinkWriter(options.sink, events)
  return {
    ...format,
    name: 'line',
    path: 'text',
    reasons: [],
    newEvent(level, host) {
      lastHost = host
      return format.newEvent(level, host)
    },
    write: (event) => writer.write(text(event.line()), event.level),
    // in mode `each` too: a line that cannot be written is kept, and tried again
    holds: () => options.sink === undefined,
    flush: (flushOptions) => writer.flush(flushOptions),
    flushSync: () => writer.flushSync(),
    close: () => writer.close(),
    stats: () => writer.stats(),
    reopen: () => writer.reopen(),
  }
}

const FILE_OPTIONS = ['path', 'fd', 'mode', 'batchChars', 'flushMs', 'maxQueuedBytes', 'onFull', 'blockMs'] as const

function checkPlace(options: LineBackendOptions): void {
  const { sink } = options
  if (sink === undefined) {
    if (globalThis.process?.getBuiltinModule === undefined)
      throw new LogError('ERR_LOG_OPTION', 'this platform has no files to log to: give lineBackend a sink')
    return
  }
  if (typeof sink !== 'function') throw new LogError('ERR_LOG_OPTION', 'sink must be a function')
  for (const name of FILE_OPTIONS)
    if (options[name] !== undefined)
      throw new LogError('ERR_LOG_OPTION', `give either sink or ${name}, not both: a sink gets each line at once`)
}
