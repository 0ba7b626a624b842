// What of a run is committed, and the commits of its batches with the journal's rows of them.
import type { DestinationSession, ReferenceMode } from '../port/destination.ts'

export interface CommitOptions {
  readonly commit: 'batch' | 'once'
  readonly commitRows: number
}

/** Steps are tables that are loaded or patched; positions in them are ranks of rows. */
export class BatchCommits {
  /** Whether something of the run is committed, so that it can be resumed. */
  hasCommitted = false
  readonly #session: DestinationSession
  readonly #mode: ReferenceMode
  readonly #options: CommitOptions
  /** By step: rank of the first row that is not committed, and the number of rows that are. */
  readonly #committed: Map<string, { readonly next: number; readonly rows: number }>
  readonly #uncommitted = new Map<string, { readonly first: number; readonly last: number; readonly rows: number }>()
  #uncommittedRows = 0

  /** @param committed - what is known to be committed already. */
  constructor(
    session: DestinationSession,
    mode: ReferenceMode,
    options: CommitOptions,
    committed: Map<string, { readonly next: number; readonly rows: number }> = new Map(),
  ) {
    this.#session = session
    this.#mode = mode
    this.#options = options
    this.#committed = committed
  }

  /** Commits of other steps of the same run, over a session of their own. */
  beside(session: DestinationSession): BatchCommits {
    return new BatchCommits(session, this.#mode, this.#options, this.#committed)
  }

  /** Takes up a batch that an earlier execution committed. */
  restore(step: string, last: number, rows: number): void {
    const known = this.#committed.get(step) ?? { next: 0, rows: 0 }
    this.#committed.set(step, { next: Math.max(known.next, last + 1), rows: known.rows + rows })
  }

  /** Where a step begins. */
  nextOf(step: string): number {
    return this.#committed.get(step)?.next ?? 0
  }

  /** Counts rows that are on their way. */
  moved(rows: number): void {
    this.#uncommittedRows += rows
  }

  /** Notes how far a step is; `written` counts its rows from the beginning. */
  note(step: string, last: number, written: number): void {
    const committed = this.#committed.get(step) ?? { next: 0, rows: 0 }
    this.#uncommitted.set(step, { first: committed.next, last, rows: written - committed.rows })
  }

  get isDue(): boolean {
    return this.#options.commit === 'batch' && this.#uncommittedRows >= this.#options.commitRows
  }

  async commitIfDue(runId: string): Promise<void> {
    if (this.isDue) await this.commit(runId)
  }

  /** Commits what was written, with the journal's rows of it, and begins the next transaction. */
  async commit(runId: string): Promise<void> {
    await this.commitLast(runId)
    await this.#session.begin(this.#mode)
  }

  /** Commits what was written, with the journal's rows of it. */
  async commitLast(runId: string): Promise<void> {
    for (const [table, batch] of this.#uncommitted) {
      await this.#session.journal.insertBatch({ runId, table, ...batch })
      this.#committed.set(table, { next: batch.last + 1, rows: (this.#committed.get(table)?.rows ?? 0) + batch.rows })
    }
    await this.#session.commit()
    this.#uncommitted.clear()
    this.#uncommittedRows = 0
    this.hasCommitted = true
  }
}
