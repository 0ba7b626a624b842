// One run: closure, keys, rows, checks; commits by batch with a journal, or once.
import { randomUUID } from 'node:crypto'
import { abortReason, cancelOnAbort } from '../mechanism/abort.ts'
import { computeClosure } from '../mechanism/closure.ts'
import type { Closure } from '../mechanism/closure-set.ts'
import { LimitWatch } from '../mechanism/limits.ts'
import type { TableCounts } from '../mechanism/load.ts'
import { LossCounts } from '../mechanism/loss-counts.ts'
import type { KeyMemory } from '../mechanism/key-memory.ts'
import { maskKeyId, needsMaskKey, requireMaskKey } from '../mechanism/mask.ts'
import { nameOrphans } from '../mechanism/orphan-rows.ts'
import { ProgressReporter } from '../mechanism/progress.ts'
import { checkTransformer } from '../mechanism/typed-rows.ts'
import type { VerifyCheck } from '../mechanism/verify.ts'
import { takeBaseline, verifyGenerators, verifyReferences, verifyRowCounts } from '../mechanism/verify.ts'
import type { Destination, DestinationSession } from '../port/destination.ts'
import type { SourceSnapshot } from '../port/source.ts'
import type { Catalog } from '../structure/catalog.ts'
import type { JournalFacts, JournalRun, RunIdentity, RunState } from '../structure/journal.ts'
import { identityOf, parseFacts } from '../structure/journal.ts'
import type { Plan } from '../structure/plan.ts'
import { planToJson } from '../structure/plan.ts'
import { RowTags } from '../structure/row-tag.ts'
import { ExportError, isExportError, withDetails, withRows } from '../vocabulary/errors.ts'
import { sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'
import { BatchCommits } from './batch-commits.ts'
import { constraintDigest, makeMissingTables, referenceMode } from './destination-schema.ts'
import { keyMemory } from './key-budget.ts'
import { requireLanes } from './load-lanes.ts'
import type { RowSteps } from './load-rows.ts'
import { PATCH, loadRows, patchRows } from './load-rows.ts'
import { requireExisting, requireKeyMode, reserveBlocks } from './reserve.ts'
import type { ResolvedRunOptions } from './run-options.ts'
import type { RunReport, StepReport } from './run-report.ts'
import { meterTables, noCounts, runNotes, tableReports } from './run-report.ts'
import { endQuietly } from './run-end.ts'
import { factsToState, keysOf, requireSameKeys, rowsOf } from './run-state.ts'
import type { RunStart } from './run-state.ts'

/** What a resumed run finds in the journal. */
export interface Resumption {
  readonly run: JournalRun
  readonly facts: JournalFacts
}

export class Run {
  readonly #plan: Plan
  readonly #catalog: Catalog
  /** The destination's, before tables are made there: those are made as they are at the source. */
  readonly #there: Catalog
  /** Which the run ends. */
  readonly #snapshot: SourceSnapshot
  readonly #destination: Destination
  readonly #session: DestinationSession
  readonly #options: ResolvedRunOptions
  readonly #progress: ProgressReporter
  readonly #limits: LimitWatch
  readonly #counts = new Map<string, TableCounts>()
  readonly #steps: StepReport[] = []
  readonly #notes: string[] = []
  #runId: string = randomUUID()
  readonly #commits: BatchCommits
  readonly #keyMemory: KeyMemory
  readonly #tags: RowTags
  readonly #losses: LossCounts

  constructor(
    plan: Plan,
    catalog: Catalog,
    there: Catalog,
    snapshot: SourceSnapshot,
    destination: Destination,
    session: DestinationSession,
    options: ResolvedRunOptions,
  ) {
    this.#plan = plan
    this.#there = there
    this.#catalog = catalog
    this.#snapshot = snapshot
    this.#destination = destination
    this.#session = session
    this.#options = options
    this.#limits = new LimitWatch(plan.limits)
    this.#losses = new LossCounts(plan.losses)
    this.#tags = new RowTags(options.maskKey, options.showKeys)
    this.#keyMemory = keyMemory(options.keyMemoryBytes, options.workDir, ({ table }) =>
      options.meter.add('sql_export.key_spills', 1, { table: tableText(table.id) }),
    )
    this.#commits = new BatchCommits(session, referenceMode(plan), options)
    this.#progress = new ProgressReporter(options.progress, () => {
      if (options.logger.enabled('warn')) options.logger.log('warn', 'the progress handler failed and is not called again', {})
    })
  }

  /** What makes this run the same as another one. */
  identity(): RunIdentity {
    const { transformers, maskKey, commit } = this.#options
    return {
      planHash: this.#plan.hash,
      transformers: transformers.map(({ identity }) => identity),
      maskKeyId: maskKey === undefined ? null : maskKeyId(maskKey),
      commit,
    }
  }

  /** Whether something of the run is at the destination to stay. */
  get hasCommitted(): boolean {
    return this.#commits.hasCommitted
  }

  /** Something that the report tells besides. */
  note(text: string): void {
    this.#notes.push(text)
  }

  async run(resumption?: Resumption): Promise<RunReport> {
    const snapshot = this.#snapshot
    let report: Omit<RunReport, 'snapshots'>
    let start: RunStart
    const { signal } = this.#options
    const release = cancelOnAbort(signal, [snapshot, this.#session])
    try {
      this.#check()
      const closure = await this.#readClosure(snapshot)
      start = resumption === undefined ? await this.#begin(closure, snapshot) : await this.#continue(closure, resumption)
      await this.#load(closure, snapshot, start)
      await this.#patch(closure, snapshot, start)
      await this.#enterState('verifying')
      this.#limits.requireTime('verify')
      this.#progress.enter('verify', rowsOf(closure))
      const checks = await this.#timed('verify', () => this.#verify(closure, start))
      report = this.#report(closure, checks)
    } catch (error) {
      const cause = abortReason(signal, error)
      await this.#session.rollback()
      await endQuietly(snapshot, cause)
      throw this.#withResume(cause)
    } finally {
      release()
      this.#keyMemory.close()
    }
    await this.#finish(snapshot, start)
    this.#progress.done()
    const snapshots = {
      firstSourceEpochMs: start.sourceEpochMs,
      sourceEpochMs: snapshot.atEpochMs,
      destinationEpochMs: Date.now(),
    }
    return { ...report, snapshots }
  }

  /** Refuses what the options ask for and cannot have. */
  #check(): void {
    const { maskKey, concurrency, commit, transformers } = this.#options
    if (needsMaskKey(this.#plan)) requireMaskKey(maskKey)
    if (concurrency > 1) requireLanes(this.#plan, commit, this.#session)
    for (const transformer of transformers) checkTransformer(transformer, this.#plan.tables)
  }

  async #readClosure(snapshot: SourceSnapshot): Promise<Closure> {
    const { signal, batchRows } = this.#options
    this.#progress.enter('closure', null)
    return this.#timed('closure', () =>
      computeClosure(this.#plan, this.#catalog, snapshot, {
        batchRows,
        signal,
        limits: this.#limits,
        keyMemory: this.#keyMemory,
        secrets: this.#options.secrets,
        tags: this.#tags,
        onPage: (table, rows) => this.#progress.found(table, rows),
      }),
    )
  }

  /** Reserves keys and writes the journal, in the transaction that goes on to load unless the run is a long one. */
  async #begin(closure: Closure, snapshot: SourceSnapshot): Promise<RunStart> {
    const session = this.#session
    await session.begin(referenceMode(this.#plan))
    const areMade = await makeMissingTables(this.#plan, this.#catalog, this.#destination, session)
    const constraints = constraintDigest(this.#plan, areMade ? await this.#destination.readCatalog() : this.#there)
    this.#notes.push(...(session.notes ?? []))
    const unfinished = (await session.journal.runs()).filter(({ state }) => state !== 'complete')
    for (const run of unfinished)
      this.#notes.push(
        `run ${run.runId} is unfinished: its rows in ${Object.keys(parseFacts(run).keys).join(', ')} were not verified`,
      )
    const { starts, ranges } = await this.#timed('reserve', () =>
      reserveBlocks(this.#plan, closure, session, unfinished.map(parseFacts)),
    )
    await requireKeyMode(this.#plan, closure, session, this.#options.maskKey)
    const existing = await requireExisting(closure, session, this.#options.batchRows)
    for (const [table, count] of existing) this.#countsOf(table).existing = count
    const baseline = await takeBaseline(session, this.#plan.tables, this.#plan.edges, ranges)
    const facts: JournalFacts = {
      blocks: Object.fromEntries([...starts].map(([table, first]) => [table, first.toString()])),
      keys: keysOf(closure),
      orphans: Object.fromEntries(baseline.orphans),
      references: Object.fromEntries(baseline.references),
      constraints,
      sourceEpochMs: snapshot.atEpochMs,
      identity: this.identity(),
    }
    const start = { starts, ranges, baseline, constraints, sourceEpochMs: snapshot.atEpochMs, facts }
    if (this.#options.commit === 'batch') {
      await session.journal.create()
      await session.journal.insertRun({
        runId: this.#runId,
        identity: identityOf(this.identity()),
        state: 'reserved',
        plan: planToJson(this.#plan),
        facts: JSON.stringify(facts),
      })
      if (rowsOf(closure) > this.#options.commitRows) await this.#commits.commit(this.#runId)
    }
    return start
  }

  /** Takes up a run where its last commit left it. */
  async #continue(closure: Closure, { run, facts }: Resumption): Promise<RunStart> {
    const session = this.#session
    this.#runId = run.runId
    this.#commits.hasCommitted = true
    requireSameKeys(closure, facts)
    if (constraintDigest(this.#plan, await this.#destination.readCatalog()) !== facts.constraints)
      throw new ExportError('ERR_EXPORT_PLAN_CHANGED', "the destination's schema has changed since the run began", {
        remedy: 'Restore it, or run again.',
      })
    const batches = await session.journal.batches(run.runId)
    for (const { table, rows, last } of batches) {
      this.#commits.restore(table, last, rows)
      const counts = this.#countsOf(tableTextOf(this.#plan, table.replace(PATCH, '')))
      if (table.startsWith(PATCH)) {
        counts.patched += rows
        continue
      }
      counts.read += rows
      counts.written += rows
    }
    await session.begin(referenceMode(this.#plan))
    return factsToState(closure, facts)
  }

  async #load(closure: Closure, snapshot: SourceSnapshot, start: RunStart): Promise<void> {
    await this.#enterState('loading')
    this.#progress.enter('load', rowsOf(closure))
    await loadRows(this.#rowSteps(closure, snapshot, start))
  }

  async #patch(closure: Closure, snapshot: SourceSnapshot, start: RunStart): Promise<void> {
    const tables = this.#plan.steps.filter(({ kind }) => kind === 'patch').flatMap((step) => step.tables)
    if (tables.length === 0) return
    await this.#enterState('patching')
    this.#progress.enter('patch', null)
    await patchRows(tables, this.#rowSteps(closure, snapshot, start))
  }

  #rowSteps(closure: Closure, snapshot: SourceSnapshot, start: RunStart): RowSteps {
    const { signal } = this.#options
    return {
      plan: this.#plan,
      catalog: this.#catalog,
      there: this.#there,
      options: this.#options,
      limits: this.#limits,
      tags: this.#tags,
      losses: this.#losses,
      runId: this.#runId,
      closure,
      start,
      main: { snapshot, session: this.#session, commits: this.#commits, signal },
      countsOf: (table) => this.#countsOf(table),
      moved: (table, rows, bytes) => this.#moved(table, rows, bytes),
      timed: (step, work) => this.#timed(step, work),
    }
  }

  /** Says in the journal how far the run is, from its next commit on. */
  async #enterState(state: RunState): Promise<void> {
    if (this.#options.commit === 'batch') await this.#session.journal.setState(this.#runId, state)
  }

  #moved(table: string, rows: number, bytes: number): void {
    const { meter } = this.#options
    meter.add('sql_export.rows_read', rows, { table })
    meter.add('sql_export.bytes', bytes, { table })
    this.#progress.moved(table, rows, bytes)
  }

  /** A source that changed under a driver without locks is found before the last commit. */
  async #finish(snapshot: SourceSnapshot, start: RunStart): Promise<void> {
    const { journal } = this.#session
    try {
      await snapshot.end()
      if (this.#options.commit === 'batch') {
        await journal.deleteBatches(this.#runId)
        await journal.setState(this.#runId, 'complete', JSON.stringify({ ...start.facts, done: await this.#done(start) }))
        if (this.#options.dropJournal) await journal.drop()
      }
      await this.#session.commit()
    } catch (error) {
      await this.#session.rollback()
      throw this.#withResume(error)
    }
  }

  /** What the journal keeps of the rows, for `verifyExport`. */
  async #done({ ranges }: RunStart): Promise<NonNullable<JournalFacts['done']>> {
    const done: Record<string, { rows: number; after: number | null }> = {}
    for (const { id, rows } of this.#plan.tables) {
      if (rows !== 'copy') continue
      const after = ranges.has(tableId(id)) ? null : await this.#session.countRows(id, null)
      done[tableId(id)] = { rows: this.#countsOf(tableText(id)).written, after }
    }
    return done
  }

  async #verify(closure: Closure, { starts, ranges, baseline, constraints }: RunStart): Promise<VerifyCheck[]> {
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
    const unchanged = constraintDigest(this.#plan, await this.#destination.readCatalog()) === constraints
    checks.push({ name: 'constraints unchanged', passed: unchanged, violations: unchanged ? 0 : 1 })
    const failed = checks.filter(({ passed }) => !passed)
    if (failed.length === 0) return checks
    const [session, plan, tags] = [this.#session, this.#plan, this.#tags]
    const rows = await nameOrphans(failed, { session, plan, closure, blocks: starts, ranges, baseline, tags })
    const error = new ExportError(
      'ERR_EXPORT_VERIFY',
      `the destination failed: ${failed.map(({ name, violations }) => `${name} (${violations})`).join('; ')}`,
      {
        step: 'verify',
        remedy: 'Look at triggers and at rules of the destination.',
      },
    )
    throw withRows(error, rows)
  }

  #report(closure: Closure, checks: readonly VerifyCheck[]): Omit<RunReport, 'snapshots'> {
    const { meter, logger } = this.#options
    const tables = tableReports(closure, (table) => this.#countsOf(table))
    meterTables(meter, closure, tables)
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
      losses: this.#losses.counted,
      checks,
      notes,
      verdict: 'complete',
    }
  }

  /** Says how to go on, once something was committed. */
  #withResume(error: unknown): unknown {
    if (!this.#commits.hasCommitted || !isExportError(error)) return error
    const remedy =
      `${error.remedy} Earlier batches are committed, and not verified; to go on: sql-export resume --run ${this.#runId}`.trim()
    return withDetails(error, { remedy })
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

function tableTextOf(plan: Plan, id: string): string {
  const table = plan.tables.find((candidate) => tableId(candidate.id) === id)
  return table === undefined ? id : tableText(table.id)
}
