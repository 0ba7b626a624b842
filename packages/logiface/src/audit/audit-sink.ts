// A logger as the audit sink of other packages.
import { LogError } from '../errors.ts'
import type { Modifier } from '../builder/fields.ts'
import type { Outcome } from '../outcome.ts'

/** The members of a logger that the sink uses. */
export interface AuditLogger<L extends string | number> {
  emit(level: L, modifier: Modifier): Outcome
  holds?(level: L): boolean
}

/** A sink of records: a throw means that the record was not written. */
export interface RecordSink {
  /** Records may wait in the backend: one that was taken may still be lost by a failed write, which `onError` of the logger is told if the backend is. */
  readonly holdsRecords: boolean
  write(record: object): void
}

/**
 * Turns a logger into a sink: one event of this level a record, its members as fields. Over an audit backend a failed write throws;
 * over one that holds lines (`mode: 'batch'`, `lineBackend` of a file, winston, a pino destination with `sync: false`) only the refusal of a
 * line does, and `holdsRecords` says so.
 *
 * @throws from `write`: LogError `ERR_LOG_WRITE`.
 */
export function auditSink<L extends string | number>(log: AuditLogger<L>, level: NoInfer<L>): RecordSink {
  return {
    holdsRecords: log.holds?.(level) === true,
    write(record) {
      const outcome = log.emit(level, (event) => {
        for (const key of Object.keys(record)) event.addField(key, Reflect.get(record, key))
      })
      if (outcome === undefined) return
      if (typeof outcome === 'symbol')
        throw new LogError('ERR_LOG_WRITE', `the record was not written: ${outcome.description ?? 'dropped'}`)
      throw outcome
    },
  }
}
