// One run: closure, keys, rows, checks; commits by batch with a journal, or once.
import { randomUUID } from 'node:crypto'
import { abortReason, cancelOnAbort } from '../mechanism/abort.ts'
import { computeClosure } from '../mechanism/closure.ts'
import type { Closure } from '../mechanism/closure-table.ts'
import { LimitWatch } from '../mechanism/limits.ts'
import type { TableCounts } from '../mechanism/load.ts'
import { loadTable } from '../mechanism/load.ts'
import { maskKeyId } from '../mechanism/mask.ts'
import { ProgressReporter } from '../mechanism/progress.ts'
import { checkTransformer } from '../mechanism/typed-rows.ts'
import type { VerifyCheck } from '../mechanism/verify.ts'
import { takeBaseline, verifyGenerators, verifyReferences, verifyRowCounts } from '../mechanism/verify.ts'
import type { Destination, DestinationSession } from '../port/destination.ts'
import type { Source, SourceSnapshot } from '../port/source.ts'
import type { Catalog } from '../structure/catalog.ts'
import type { JournalFacts, JournalRun } from '../structure/journal.ts'
import { identityOf, parseFacts } from '../structure/journal.ts'
import type { Plan } from '../structure/plan.ts'
import { planToJson } from '../structure/plan.ts'
import { ExportError, isExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'
import { constraintDigest, makeMissingTables, referenceMode, refuseSame } from './destination-schema.ts'
import { requireExisting, requireKeyMode, reserveBlocks } from './reserve.ts'
import type { ResolvedRunOptions } from './run-options.ts'
import type { RunReport, StepReport } from './run-report.ts'
import { noCounts, runNotes, tableReports } from './run-report.ts'
import { factsToState, keysOf, requireSameKeys } from './run-state.ts'
import type { RunStart } from './run-state.ts'

/** What a resumed run finds in the journal. */
export interface Resumption {
  readonly run: JournalRun
  readonly facts: JournalFacts
}

export class Run {
  readonly #plan: Plan
  readonly #catalog: Catalog
  readonly #source: Source
  readonly #destination: Destination
  readonly #session: DestinationSession
  readonly #options: ResolvedRunOptions
  readonly #progress: ProgressReporter
  readonly #limits: LimitWatch
  readonly #counts = new Map<string, TableCounts>()
  readonly #steps: StepReport[] = []
  readonly #notes: string[] = []
  #runId: string = randomUUID()
  #hasCommitted = false
  /** By table: rank of the first row that is not committed, and the number of rows that are. */
  readonly #committed = new Map<string, { readonly next: number; readonly rows: number }>()
  readonly #uncommitted = new Map<string, { readonly first: number; readonly last: number; readonly rows: number }>()
  #uncommittedRows = 0

  constructor(
    plan: Plan,
    catalog: Catalog,
    source: Source,
    destination: Destination,
    session: DestinationSession,
    options: ResolvedRunOptions,
  ) {
    this.#plan = plan
    this.#catalog = catalog
    this.#source = source
    this.#destination = destination
    this.#session = session
    this.#options = options
    this.#limits = new LimitWatch(plan.limits)
    this.#progress = new ProgressReporter(options.progress, () => {
      if (options.logger.enabled('warn')) options.logger.log('warn', 'the progress handler failed and is not called again', {})
    })
  }

  /** What makes this run the same as another one. */
  identity(): string {
    const { transformers, maskKey } = this.#options
    return identityOf({
      planHash: this.#plan.hash,
      transformers: transformers.map(({ identity }) => identity),
      maskKeyId: maskKey === undefined ? null : maskKeyId(maskKey),
    })
  }

  async run(resumption?: Resumption): Promise<RunReport> {
    refuseSame(this.#plan, this.#source, this.#destination, this.#options.allowSame)
    for (const transformer of this.#options.transformers) checkTransformer(transformer, this.#plan.tables)
    const snapshot = await this.#source.begin()
    let report: Omit<RunReport, 'snapshots'>
    let start: RunStart
    const { signal } = this.#options
    const release = cancelOnAbort(signal, [snapshot, this.#session])
    try {
      const closure = await this.#readClosure(snapshot)
      start = resumption === undefined ? await this.#begin(closure, snapshot) : await this.#continue(closure, resumption)
      await this.#load(closure, snapshot, start)
      this.#limits.requireTime('verify')
      this.#progress.enter('verify', rowsOf(closure))
      const checks = await this.#timed('verify', () => this.#verify(start))
      report = this.#report(closure, checks)
    } catch (error) {
      const cause = abortReason(signal, error)
      await this.#session.rollback()
      await endQuietly(snapshot, cause)
      throw this.#withResume(cause)
    } finally {
      release()
    }
    await this.#finish(snapshot)
    this.#progress.done()
    const snapshots = {
      firstSourceEpochMs: start.sourceEpochMs,
      sourceEpochMs: snapshot.atEpochMs,
      destinationEpochMs: Date.now(),
    }
    return { ...report, snapshots }
  }

  async #readClosure(snapshot: SourceSnapshot): Promise<Closure> {
    const { signal, batchRows } = this.#options
    this.#progress.enter('closure', null)
    return this.#timed('closure', () =>
      computeClosure(this.#plan, this.#catalog, snapshot, {
        batchRows,
        signal,
        limits: this.#limits,
        onPage: (table, rows) => this.#progress.found(table, rows),
      }),
    )
  }

  /** Reserves keys and writes the journal, in the transaction that goes on to load unless the run is a long one. */
  async #begin(closure: Closure, snapshot: SourceSnapshot): Promise<RunStart> {
    const session = this.#session
    await session.begin(referenceMode(this.#plan))
    await makeMissingTables(this.#plan, this.#catalog, this.#destination, session)
    const constraints = await constraintDigest(this.#plan, this.#destination)
    const unfinished = (await session.journal.runs()).filter(({ state }) => state !== 'complete')
    for (const run of unfinished)
      this.#notes.push(
        `run ${run.runId} is unfinished: its rows in ${Object.keys(parseFacts(run).keys).join(', ')} were not verified`,
      )
    const { starts, ranges } = await this.#timed('reserve', () =>
      reserveBlocks(this.#plan, closure, session, unfinished.map(parseFacts)),
    )
    await requireKeyMode(this.#plan, closure, session)
    const existing = await requireExisting(closure, session, this.#options.batchRows)
    for (const [table, count] of existing) this.#countsOf(table).existing = count
    const baseline = await takeBaseline(session, this.#plan.tables, this.#plan.edges, ranges)
    const start = { starts, ranges, baseline, constraints, sourceEpochMs: snapshot.atEpochMs }
    if (this.#options.commit === 'batch') {
      await session.journal.create()
      const facts: JournalFacts = {
        blocks: Object.fromEntries([...starts].map(([table, first]) => [table, first.toString()])),
        keys: keysOf(closure),
        orphans: Object.fromEntries(baseline.orphans),
        references: Object.fromEntries(baseline.references),
        constraints,
        sourceEpochMs: snapshot.atEpochMs,
      }
      await session.journal.insertRun({
        runId: this.#runId,
        identity: this.identity(),
        state: 'loading',
        plan: planToJson(this.#plan),
        facts: JSON.stringify(facts),
      })
      if (rowsOf(closure) > this.#options.commitRows) await this.#commit()
    }
    return start
  }

  /** Takes up a run where its last commit left it. */
  async #continue(closure: Closure, { run, facts }: Resumption): Promise<RunStart> {
    const session = this.#session
    this.#runId = run.runId
    this.#hasCommitted = true
    requireSameKeys(closure, facts)
    if ((await constraintDigest(this.#plan, this.#destination)) !== facts.constraints)
      throw new ExportError('ERR_EXPORT_PLAN_CHANGED', "the destination's schema has changed since the run began", {
        remedy: 'Restore it, or run again.',
      })
    const batches = await session.journal.batches(run.runId)
    for (const { table, rows, last } of batches) {
      const known = this.#committed.get(table) ?? { next: 0, rows: 0 }
      this.#committed.set(table, { next: Math.max(known.next, last + 1), rows: known.rows + rows })
      const counts = this.#countsOf(tableTextOf(this.#plan, table))
      counts.read += rows
      counts.written += rows
    }
    await session.begin(referenceMode(this.#plan))
    return factsToState(closure, facts)
  }

  async #load(closure: Closure, snapshot: SourceSnapshot, start: RunStart): Promise<void> {
    this.#progress.enter('load', rowsOf(closure))
    for (const { tables, edges } of this.#plan.steps.filter(({ kind }) => kind === 'load')) {
      const isOneTransaction = this.#plan.edges.some(({ name, load }) => load === 'deferred' && edges.includes(name))
      for (const ref of tables) {
        const counts = this.#countsOf(tableText(ref))
        const options = {
          plan: this.#plan,
          catalog: this.#catalog,
          closure,
          blocks: start.starts,
          ...this.#options,
          limits: this.#limits,
          onRows: (table: string, rows: number, bytes: number) => this.#moved(table, rows, bytes),
          onPage: async (table: TableRef, last: number, ms: number): Promise<void> => {
            this.#options.meter.record('sql_export.page_ms', ms, { table: tableText(table) })
            this.#note(tableId(table), last, counts.written)
            if (!isOneTransaction) await this.#commitIfDue()
          },
        }
        await this.#timed(`load ${tableText(ref)}`, () =>
          loadTable(ref, snapshot, this.#session, options, counts, this.#committed.get(tableId(ref))?.next ?? 0),
        )
      }
      if (isOneTransaction) await this.#commitIfDue()
    }
  }

  #moved(table: string, rows: number, bytes: number): void {
    const { meter } = this.#options
    meter.add('sql_export.rows_read', rows, { table })
    meter.add('sql_export.bytes', bytes, { table })
    this.#uncommittedRows += rows
    this.#progress.moved(table, rows, bytes)
  }

  /** Notes rows that are written and not committed. */
  #note(table: string, last: number, written: number): void {
    const committed = this.#committed.get(table) ?? { next: 0, rows: 0 }
    this.#uncommitted.set(table, { first: committed.next, last, rows: written - committed.rows })
  }

  async #commitIfDue(): Promise<void> {
    if (this.#options.commit !== 'batch' || this.#uncommittedRows < this.#options.commitRows) return
    await this.#commit()
  }

  /** Commits what was written, with the journal's rows of it, and begins the next transaction. */
  async #commit(): Promise<void> {
    for (const [table, batch] of this.#uncommitted) {
      await this.#session.journal.insertBatch({ runId: this.#runId, table, ...batch })
      this.#committed.set(table, { next: batch.last + 1, rows: (this.#committed.get(table)?.rows ?? 0) + batch.rows })
    }
    await this.#session.commit()
    this.#uncommitted.clear()
    this.#uncommittedRows = 0
    this.#hasCommitted = true
    await this.#session.begin(referenceMode(this.#plan))
  }

  /** A source that changed under a driver without locks is found before the last commit. */
  async #finish(snapshot: SourceSnapshot): Promise<void> {
    const { journal } = this.#session
    try {
      await snapshot.end()
      if (this.#options.commit === 'batch') {
        await journal.deleteBatches(this.#runId)
        await journal.setState(this.#runId, 'complete')
        if (this.#options.dropJournal) await journal.drop()
      }
      await this.#session.commit()
    } catch (error) {
      await this.#session.rollback()
      throw this.#withResume(error)
    }
  }

  async #verify({ ranges, baseline, constraints }: RunStart): Promise<VerifyCheck[]> {
    const { tables, edges, steps } = this.#plan
    const generated = steps.filter(({ kind }) => kind === 'sequence').flatMap((step) => step.tables)
    for (const { id } of tables) if (this.#countsOf(tableText(id)).written > 0) await this.#session.advanceGenerators(id)
    const checks = [
      ...(await verifyReferences(this.#session, tables, edges, ranges, baseline)),
      ...(await verifyRowCounts(this.#session, tables, ranges, (table) => this.#countsOf(table).written)),
      ...(await verifyGenerators(
        this.#session,
        tables.filter(({ id }) => generated.some((ref) => sameTable(ref, id))),
      )),
    ]
    const unchanged = (await constraintDigest(this.#plan, this.#destination)) === constraints
    checks.push({ name: 'constraints unchanged', passed: unchanged, violations: unchanged ? 0 : 1 })
    const failed = checks.filter(({ passed }) => !passed)
    if (failed.length === 0) return checks
    throw new ExportError(
      'ERR_EXPORT_VERIFY',
      `the destination failed: ${failed.map(({ name, violations }) => `${name} (${violations})`).join('; ')}`,
      {
        step: 'verify',
        remedy: 'Look at triggers and at rules of the destination.',
      },
    )
  }

  #report(closure: Closure, checks: readonly VerifyCheck[]): Omit<RunReport, 'snapshots'> {
    const { meter, logger } = this.#options
    const tables = tableReports(closure, (table) => this.#countsOf(table))
    for (const { table, written } of tables) meter.add('sql_export.rows_written', written, { table })
    if (logger.enabled('info'))
      logger.log('info', 'export verified', {
        rows: tables.reduce((sum, { written }) => sum + written, 0),
        tables: tables.length,
      })
    const notes = runNotes(this.#plan, closure, this.#notes)
    return {
      runId: this.#runId,
      planHash: this.#plan.hash,
      tables,
      steps: this.#steps,
      losses: this.#plan.losses,
      checks,
      notes,
      verdict: 'complete',
    }
  }

  /** Says how to go on, once something was committed. */
  #withResume(error: unknown): unknown {
    if (!this.#hasCommitted || !isExportError(error)) return error
    const { code, message, table, step, batch, isTemporary, isTimeout, cause } = error
    const remedy =
      `${error.remedy} Earlier batches are committed, and not verified; to go on: sql-export resume --run ${this.#runId}`.trim()
    return new ExportError(code, message, { remedy, table, step, batch, isTemporary, isTimeout, cause })
  }

  #countsOf(table: string): TableCounts {
    const known = this.#counts.get(table)
    if (known !== undefined) return known
    const counts = noCounts()
    this.#counts.set(table, counts)
    return counts
  }

  async #timed<T>(step: string, work: () => Promise<T>): Promise<T> {
    const startedAtMs = performance.now()
    const { logger } = this.#options
    const result = await work()
    const ms = performance.now() - startedAtMs
    this.#steps.push({ step, ms })
    if (logger.enabled('debug')) logger.log('debug', 'step done', { step, ms })
    return result
  }
}

function rowsOf(closure: Closure): number {
  return closure.tables.reduce((sum, { table, store }) => sum + (table.rows === 'copy' ? store.ranked().length : 0), 0)
}

function tableTextOf(plan: Plan, id: string): string {
  const table = plan.tables.find((candidate) => tableId(candidate.id) === id)
  return table === undefined ? id : tableText(table.id)
}

async function endQuietly(snapshot: SourceSnapshot, error: unknown): Promise<void> {
  try {
    await snapshot.end()
  } catch (ending) {
    if (ending !== error)
      throw new AggregateError([error, ending], 'the run failed, and so did ending its snapshot', { cause: ending })
  }
}
