// Where an export tells what it does: progress, log and meter.

export const EXPORT_PHASES = ['closure', 'load', 'patch', 'verify', 'done'] as const
export type ExportPhase = (typeof EXPORT_PHASES)[number]

export interface ExportSnapshot {
  readonly phase: ExportPhase
  /** The table at hand, if any. */
  readonly table: string | null
  readonly rowsDone: number
  /** `null` while unknown: during the closure. */
  readonly rowsTotal: number | null
  readonly bytesDone: number
  readonly rowsPerSecond: number
  readonly elapsedMs: number
  readonly estimatedMs: number | null
}

/** Hears of progress, at most 10 times a second; the last snapshot is always sent. */
export interface ExportProgress {
  report(snapshot: ExportSnapshot): void
}

export type ExportLogLevel = 'debug' | 'info' | 'warn' | 'error'
export type ExportLogFields = Readonly<Record<string, string | number | boolean | null>>

/** Where the export logs. Fields hold names, counts and times, never a value of a row. */
export interface ExportLogger {
  enabled(level: ExportLogLevel): boolean
  log(level: ExportLogLevel, message: string, fields: ExportLogFields): void
}

/** Where the export counts and measures. */
export interface ExportMeter {
  add(name: string, n: number, attributes?: Readonly<Record<string, string>>): void
  record(name: string, value: number, attributes?: Readonly<Record<string, string>>): void
}

export const silentLogger: ExportLogger = { enabled: () => false, log: () => {} }
export const silentMeter: ExportMeter = { add: () => {}, record: () => {} }
