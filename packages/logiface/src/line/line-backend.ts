// Our own backend: one JSON line an event.
import type { Backend, BackendStats } from '../event/backend.ts'
import { LogError } from '../errors.ts'
import type { EventHost } from '../event/host.ts'
import type { LineEvent, LineFormatOptions } from './line-format.ts'
import { createLineFormat } from './line-format.ts'
import { isForPeople, prettyLine } from '../pretty/pretty-line.ts'
import { openLineWriter } from './line-writer.ts'
import type { LineWriterOptions } from './writer-options.ts'

export interface LineBackendOptions extends LineWriterOptions, LineFormatOptions {
  /** Lines for people. `auto`: if a terminal reads them, and neither `NO_COLOR` nor `CI` is set. Default false: JSON. */
  readonly pretty?: boolean | 'auto' | undefined
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
 * Opens a writer of JSON lines: to a file, or to standard output.
 *
 * @throws LogError `ERR_LOG_OPTION`, also if the file cannot be opened.
 */
export function lineBackend(options: LineBackendOptions = {}): LineBackend {
  const format = createLineFormat(options)
  const { pretty = false } = options
  if (typeof pretty !== 'boolean' && pretty !== 'auto')
    throw new LogError('ERR_LOG_OPTION', `pretty must be true, false or 'auto', got ${String(pretty)}`)
  const isTerminal = options.path === undefined && isTerminalFd(options.fd ?? 1)
  const isPretty = pretty === 'auto' ? isForPeople(isTerminal, process.env) : pretty
  const text = (line: string): string => (isPretty ? (prettyLine(line, { color: isTerminal }) ?? line) + '\n' : line)
  let lastHost: EventHost | undefined
  const writer = openLineWriter(options, {
    failed(error) {
      if (lastHost === undefined) process.emitWarning(error)
      else lastHost.fail('write', error)
    },
    droppedLine: (count) =>
      text(`${lastHost === undefined ? '{"level":"warning"' : format.head(WARNING, lastHost)},"_dropped":${count}}\n`),
  })
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
    flush: (flushOptions) => writer.flush(flushOptions),
    flushSync: () => writer.flushSync(),
    close: () => writer.close(),
    stats: () => writer.stats(),
    reopen: () => writer.reopen(),
  }
}
