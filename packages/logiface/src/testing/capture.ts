// A logger that keeps its lines, for tests.
import type { LoggerOptions } from '../create-logger.ts'
import { createLogger } from '../create-logger.ts'
import type { Backend } from '../event/backend.ts'
import type { LineEvent } from '../line/line-format.ts'
import { createLineFormat } from '../line/line-format.ts'
import { readJson } from '../text/json-reader.ts'
import type { Logger, OffMode } from '../logger.ts'

export interface Captured<L extends string, M extends OffMode> {
  readonly log: Logger<L, M>
  /** What the logger writes to, for loggers that share it and for composites. */
  readonly backend: Backend
  /** Every line so far, parsed. A key given twice keeps its last value. */
  records(): readonly Readonly<Record<string, unknown>>[]
  /** Every line so far, as text without its line break. */
  lines(): readonly string[]
  clear(): void
}

/** Makes a logger whose lines stay in memory. All levels are on unless `level` says otherwise; without a `clock` the time stands at 0. */
export function captureLogger<const L extends string = never, const M extends OffMode = 'undefined'>(
  options: Omit<LoggerOptions<L, M>, 'backend'> = {},
): Captured<L, M> {
  const lines: string[] = []
  const format = createLineFormat({})
  const backend: Backend<LineEvent> = {
    ...format,
    name: 'capture',
    write(event) {
      lines.push(event.line().slice(0, -1))
      return undefined
    },
  }
  const log = createLogger<L, M>({
    level: 'trace',
    clock: { epochMs: () => 0, nowMs: () => performance.now() },
    ...options,
    backend,
  } as LoggerOptions<L, M>)
  return {
    log,
    backend: backend as unknown as Backend,
    records: () => lines.map((line) => readJson(line) as Readonly<Record<string, unknown>>),
    lines: () => [...lines],
    clear: () => void lines.splice(0),
  }
}
