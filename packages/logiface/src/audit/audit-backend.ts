// A backend whose lines form a chain: what was changed, removed or put in afterwards shows.
import { LogError, markFailClosed } from '../errors.ts'
import type { Backend, BackendStats, FlushOptions } from '../event/backend.ts'
import type { EventHost } from '../event/host.ts'
import { OnceEvent } from '../event/once-event.ts'
import type { Outcome } from '../outcome.ts'
import { createLineFormat } from '../line/line-format.ts'
import { URGENT_LEVEL } from '../line/writer-options.ts'
import { AuditFile } from './audit-file.ts'
import type { AuditOptions } from './audit-options.ts'
import { resolveAuditOptions } from './audit-options.ts'
import type { AuditHead } from './hash-chain.ts'

/** Whoever opened it closes it: `close()` writes the last checkpoint and gives the lock back. */
export interface AuditBackend extends Backend<OnceEvent> {
  /** The last line of the chain that is in the file: what is held in a batch is not. */
  readonly head: AuditHead
  /** Writes what is held, and a checkpoint if there are lines since the last one. @throws what the system throws. */
  checkpoint(): void
  /** Goes on in a new file under the same name, for rotation; the chain goes on with it. @throws what the system throws. */
  reopen(): void
  /** Writes what is held and forces the file to the disk. @throws what the system throws; what is held stays, and is tried again. */
  flushSync(): void
  /** As `flushSync`. */
  flush(options?: FlushOptions): Promise<void>
  /** @throws what the system throws; lines that were held are lost then, and counted. */
  close(): void
  stats(): BackendStats
}

/**
 * Opens an audit file, or goes on with one. Each line is with the operating system before `msg()` returns, unless `mode` is `batch`.
 *
 * @throws LogError `ERR_LOG_OPTION`; `ERR_AUDIT_LOCKED` if another writer has the file; `ERR_AUDIT_BROKEN` if its last line does not fit the key.
 */
export function auditBackend(options: AuditOptions): AuditBackend {
  const resolved = resolveAuditOptions(options)
  const format = createLineFormat({ time: options.time, duplicates: 'last' }, ['seq', 'prev', 'hash'])
  const counts = { written: 0, dropped: 0 }
  let lastHost: EventHost | undefined
  const failed = (error: unknown): void => {
    if (lastHost === undefined) process.emitWarning(error instanceof Error ? error : String(error))
    else lastHost.fail('write', error)
  }
  const file = new AuditFile(resolved, {
    head: (levelName) =>
      `{"level":"${levelName}","time":${options.time === 'iso' ? `"${new Date().toISOString()}"` : Date.now()}`,
    failed,
    lost(lines) {
      counts.written -= lines
      counts.dropped += lines
    },
  })
  // the last checkpoint may find the disk full: that must not change how the process ends
  const closeAtExit = (): void => {
    try {
      file.close()
    } catch (error) {
      failed(error)
    }
  }
  process.on('exit', closeAtExit)
  return {
    ...format,
    name: 'audit',
    newEvent(level, host) {
      lastHost = host
      return format.newEvent(level, host) as OnceEvent
    },
    openFragment: (host, isNested) => format.openFragment(host, isNested) as OnceEvent,
    write(event): Outcome {
      let refused: LogError | undefined
      try {
        refused = file.append(event.body(), event.level <= URGENT_LEVEL)
      } catch (cause) {
        counts.dropped++
        const error = new LogError(
          'ERR_LOG_WRITE',
          `the audit line was not written (${String(Reflect.get(cause as object, 'code'))})`,
          { cause },
        )
        if (resolved.failClosed) throw markFailClosed(error)
        return error
      }
      if (refused === undefined) counts.written++
      else counts.dropped++
      return refused
    },
    holds: () => resolved.mode === 'batch',
    get head() {
      return file.head
    },
    checkpoint: () => file.checkpoint(),
    reopen: () => file.reopen(),
    flushSync: () => file.sync(),
    async flush({ signal }: FlushOptions = {}) {
      signal?.throwIfAborted()
      file.sync()
    },
    close() {
      process.removeListener('exit', closeAtExit)
      file.close()
    },
    stats: () => ({ ...counts, queuedBytes: file.queuedBytes }),
  }
}
