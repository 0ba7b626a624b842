// Verifies a destination by what it says of itself and, if wanted, against the source.
import type { VerifyCheck } from '../mechanism/verify.ts'
import { EMPTY_BASELINE, verifyGenerators, verifyReferences } from '../mechanism/verify.ts'
import { maskKeyId } from '../mechanism/mask.ts'
import type { Destination } from '../port/destination.ts'
import type { RowTransformer } from '../port/transformer.ts'
import type { CatalogTable } from '../structure/catalog.ts'
import type { PlanEdge, PlanTable } from '../structure/plan.ts'
import { undeclaredEdges, verifyContent } from '../verify/content.ts'
import type { JournaledRun } from '../verify/journaled-run.ts'
import type { ConfigParam } from '../structure/config.ts'
import { chooseRuns, parseRun, verifyJournaledRows } from '../verify/journaled-run.ts'
import { configError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable } from '../vocabulary/table-ref.ts'
import { constraintDigest } from './destination-schema.ts'
import type { DestinationInput, SourceInput } from './open-url.ts'
import { withDestination, withSource } from './open-url.ts'
import { resolveRunOptions } from './run-options.ts'
import { requireIdentity } from './run-state.ts'

export interface VerifyOptions {
  readonly destination: DestinationInput
  /** Needed for `content`, and used for nothing else. */
  readonly source?: SourceInput | undefined
  /** A run's id, or how it begins. Default: all runs that the journal knows; with `content` the last. */
  readonly runId?: string | undefined
  /** Whether every row of the run is compared with the source's. Default `false`. */
  readonly content?: boolean | undefined
  /** For `content`: the transformers of the run, in the same order. */
  readonly transform?: RowTransformer | readonly RowTransformer[] | undefined
  /** For `content`: the secret of the run's masks. Default: the environment's SQL_EXPORT_MASK_KEY. */
  readonly maskKey?: string | Uint8Array | undefined
  /** For `content`: values of the plan's secret parameters, by name. */
  readonly secrets?: Readonly<Record<string, ConfigParam>> | undefined
  /** For `content`: rows read at a time. Integer, 1 to 100 000. Default 5 000. */
  readonly batchRows?: number | undefined
  /** For `content`: as for a run. */
  readonly keyMemoryBytes?: number | undefined
  readonly workDir?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Verdict {
  readonly passed: boolean
  readonly checks: readonly VerifyCheck[]
  /** What could not be checked, and why. */
  readonly notes: readonly string[]
}

/**
 * Checks a destination by itself: every planned reference, and every declared one from or to a table of its runs (of all tables,
 * where no run is known), by an anti-join, and by the engine's own check; the rows
 * of each run against its journal; that the next generated keys are free; that constraints are those that the run found; that
 * runs are complete. With `content` also every row of a run against the source. Values appear nowhere.
 * @throws ExportError `ERR_EXPORT_JOURNAL` for a run that is not there, `ERR_EXPORT_PLAN_CHANGED` and `ERR_EXPORT_SOURCE_CHANGED`
 * if the content cannot be compared.
 */
export async function verifyExport(options: VerifyOptions): Promise<Verdict> {
  const { destination, source, content = false, signal } = options
  signal?.throwIfAborted()
  if (content && source === undefined) throw configError('content needs a source', 'Give --from.')
  return withDestination(destination, false, async (handle) => {
    const { checks, runs } = await verifyAlone(handle, options)
    const notes: string[] = []
    if (content && source !== undefined) {
      const found = await compareWithSource(handle, source, runs, options)
      checks.push(...found.checks)
      notes.push(...found.notes)
    }
    signal?.throwIfAborted()
    return { passed: checks.every(({ passed }) => passed), checks, notes }
  })
}

async function verifyAlone(
  handle: Destination,
  { runId, signal }: VerifyOptions,
): Promise<{ readonly checks: VerifyCheck[]; readonly runs: readonly JournaledRun[] }> {
  const catalog = await handle.readCatalog()
  const session = await handle.openSession()
  try {
    const known = await session.journal.runs()
    const runs = chooseRuns(known, runId)
    const tables = catalog.tables.map(asPlanTable)
    const planned = runs.flatMap(({ plan }) => undeclaredEdges(plan, catalog))
    // what runs had nothing to do with is the owner's, as it is
    const isOurs = (ref: TableRef): boolean =>
      runs.length === 0 || runs.some(({ plan }) => plan.tables.some(({ id }) => sameTable(id, ref)))
    const generated = runs.length === 0 ? tables : tables.filter(({ id }) => runs.some((run) => copies(run, id)))
    const declared = catalog.tables.flatMap(asPlanEdges).filter(({ child, parent }) => isOurs(child) || isOurs(parent))
    const baseline = runs.length === 0 ? EMPTY_BASELINE : baselineOf(runs)
    signal?.throwIfAborted()
    const checks = await verifyReferences(
      session,
      tables.filter(({ id }) => isOurs(id)),
      [...declared, ...planned],
      new Map(),
      baseline,
    )
    signal?.throwIfAborted()
    checks.push(...(await verifyGenerators(session, generated)))
    const complete = runs.filter(({ run }) => run.state === 'complete')
    checks.push(...(await verifyJournaledRows(session, complete, known.map(parseRun))))
    for (const { run, plan, facts } of runs) {
      const violations = run.state === 'complete' ? 0 : 1
      checks.push({ name: `run ${run.runId} is complete`, passed: violations === 0, violations })
      const isSame = constraintDigest(plan, await handle.readCatalog()) === facts.constraints
      checks.push({ name: `constraints of run ${run.runId}`, passed: isSame, violations: isSame ? 0 : 1 })
    }
    return { checks, runs }
  } finally {
    await session.end()
  }
}

async function compareWithSource(
  handle: Destination,
  source: SourceInput,
  runs: readonly JournaledRun[],
  options: VerifyOptions,
): Promise<{ readonly checks: readonly VerifyCheck[]; readonly notes: readonly string[] }> {
  const journaled = runs.at(-1)
  if (journaled === undefined)
    throw configError('the destination remembers no run: its content cannot be compared', 'Run with a journal (commit: "batch").')
  if (journaled.run.state !== 'complete') return { checks: [], notes: ['the run is not complete: its content was not compared'] }
  const resolved = resolveRunOptions({ ...options, source, destination: handle })
  const { transformers, maskKey } = resolved
  requireIdentity(journaled.run, journaled.facts, {
    planHash: journaled.plan.hash,
    transformers: transformers.map((transformer) => transformer.identity),
    maskKeyId: maskKey === undefined ? null : maskKeyId(maskKey),
    commit: 'batch', // no other leaves a journal
  })
  return withSource(source, (from) => verifyContent(journaled, from, handle, resolved))
}

const copies = ({ plan }: JournaledRun, ref: PlanTable['id']): boolean =>
  plan.tables.some(({ id, rows }) => rows === 'copy' && sameTable(id, ref))

/** What was there before the first of the runs. */
function baselineOf([first]: readonly JournaledRun[]): typeof EMPTY_BASELINE {
  if (first === undefined) return EMPTY_BASELINE
  const { orphans, references } = first.facts
  return { orphans: new Map(Object.entries(orphans)), references: new Map(Object.entries(references)) }
}

function asPlanTable({ ref, key }: CatalogTable): PlanTable {
  return { id: ref, key, keyKind: 'tuple', keys: 'keep', rows: 'copy', onConflict: 'error', columns: [] }
}

function asPlanEdges({ ref, edges }: CatalogTable): PlanEdge[] {
  return edges.map((edge) => ({
    name: edge.name,
    kind: 'declared',
    child: ref,
    childColumns: edge.columns,
    parent: edge.parent,
    parentColumns: edge.parentColumns,
    nullable: true,
    match: edge.match,
    deferrable: edge.deferrable,
    validated: edge.validated,
    predicate: null,
    cut: false,
    children: { follow: false, where: null, perParent: null, maxDepth: null, fromParents: false },
    onMissing: 'error',
    load: 'verify-only',
    patch: [],
  }))
}
