// Runs a plan, or goes on with a run that was cut short.
import type { Destination } from '../port/destination.ts'
import type { Source, SourceSnapshot } from '../port/source.ts'
import type { Catalog } from '../structure/catalog.ts'
import { chooseRun, journalError, parseFacts } from '../structure/journal.ts'
import type { Plan } from '../structure/plan.ts'
import { parsePlan, requirePlan } from '../structure/plan.ts'
import { ExportError } from '../vocabulary/errors.ts'
import { refuseSame, requireDestinationSchema, requireSourceSchema } from './destination-schema.ts'
import { withDestination, withSource } from './open-url.ts'
import { endQuietly } from './run-end.ts'
import { requireIdentity } from './run-state.ts'
import { retryConflicts } from './retry.ts'
import { Run } from './run.ts'
import type { ResolvedRunOptions, ResumeOptions, RunOptions } from './run-options.ts'
import { resolveRunOptions } from './run-options.ts'
import type { RunReport } from './run-report.ts'

/**
 * Runs a plan: reads the closure in one snapshot of the source, writes it to the destination, and checks it before the last
 * commit. A run of at most `commitRows` rows, or with `commit: 'once'`, is one transaction: when it fails nothing was written.
 * A longer run that fails can be resumed. A handle that is given stays open.
 * @throws ExportError of the codes in docs/errors.md; `signal.reason` itself on abort.
 */
export async function runExport(plan: Plan, options: RunOptions): Promise<RunReport> {
  const checked = requirePlan(plan)
  const resolved = resolveRunOptions(options)
  resolved.signal?.throwIfAborted()
  const create = checked.destination?.createTables ?? resolved.createTables
  return withSource(options.source, (source) =>
    withDestination(options.destination, create, async (destination) => start(checked, source, destination, resolved)),
  )
}

async function start(plan: Plan, source: Source, destination: Destination, options: ResolvedRunOptions): Promise<RunReport> {
  const session = await destination.openSession()
  try {
    // as it was found when the session was opened, if this is the first attempt
    let known = session.catalog
    return await retryConflicts(options, async () => {
      refuseSame(plan, source, destination, options.allowSame)
      return atSource(source, async (snapshot, catalog) => {
        requireSourceSchema(plan, source, catalog)
        const there = known ?? (await destination.readCatalog())
        known = undefined
        if (options.commit === 'batch') requireJournal(there)
        const fitted = requireDestinationSchema(plan, catalog, destination, there, options)
        return new Run(fitted, catalog, there, snapshot, destination, session, options)
      })
    })
  } finally {
    await session.end()
  }
}

/** Takes the source's snapshot, and its catalog within. The snapshot is ended unless `use` returns what ends it. */
async function atSource<T>(source: Source, use: (snapshot: SourceSnapshot, catalog: Catalog) => Promise<T>): Promise<T> {
  const snapshot = await source.begin()
  try {
    return await use(snapshot, snapshot.catalog ?? (await source.readCatalog()))
  } catch (error) {
    await endQuietly(snapshot, error)
    throw error
  }
}

/** a run that commits by batch keeps a journal, whose tables the user must be able to make. */
function requireJournal({ denied }: Catalog): void {
  if (!denied.create) return
  throw new ExportError('ERR_EXPORT_PRIVILEGE', "the destination's user may not make the tables of the journal", {
    remedy: "Grant CREATE, or use commit 'once' (--commit once): one transaction, without a journal, that cannot be resumed.",
  })
}

/**
 * Goes on with a run whose process died or failed: plan, keys and what was committed come from the destination's journal. The
 * closure is read again, from a new snapshot, and must have the same keys.
 * @throws ExportError `ERR_EXPORT_JOURNAL` if there is no such run, `ERR_EXPORT_SOURCE_CHANGED` if the keys are others,
 * `ERR_EXPORT_PLAN_CHANGED` if a schema, a transformer's identity, the mask key or the kind of commit is another, which is named.
 */
export async function resumeExport(options: ResumeOptions): Promise<RunReport> {
  const resolved = resolveRunOptions(options)
  resolved.signal?.throwIfAborted()
  return withSource(options.source, (source) =>
    withDestination(options.destination, false, async (destination) => goOn(source, destination, options.runId, resolved)),
  )
}

async function goOn(
  source: Source,
  destination: Destination,
  runId: string | undefined,
  options: ResolvedRunOptions,
): Promise<RunReport> {
  const session = await destination.openSession()
  try {
    const run = chooseRun(await session.journal.runs(), runId)
    const facts = parseFacts(run)
    let plan: Plan
    try {
      plan = parsePlan(run.plan)
    } catch (error) {
      throw journalError(
        `the plan in the journal of run ${run.runId} is corrupt`,
        'Empty the tables that it wrote, and run again.',
        error,
      )
    }
    refuseSame(plan, source, destination, options.allowSame)
    const resumed = await atSource(source, async (snapshot, catalog) => {
      requireSourceSchema(plan, source, catalog)
      const there = session.catalog ?? (await destination.readCatalog())
      const found = new Run(plan, catalog, there, snapshot, destination, session, options)
      requireIdentity(run, facts, found.identity())
      return found
    })
    return await resumed.run({ run, facts })
  } finally {
    await session.end()
  }
}
