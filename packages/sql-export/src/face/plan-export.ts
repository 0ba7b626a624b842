// Makes a plan: reads catalogs, and keys to count rows; writes nothing.
import type { ReferencePolicy } from '../mechanism/bind.ts'
import { bindDestination, plannedFingerprint, planSteps } from '../mechanism/bind.ts'
import { abortReason, cancelOnAbort } from '../mechanism/abort.ts'
import { computeClosure } from '../mechanism/closure.ts'
import type { Graph } from '../mechanism/graph.ts'
import { buildGraph } from '../mechanism/graph.ts'
import type { Source } from '../port/source.ts'
import type { Catalog } from '../structure/catalog.ts'
import type { ExportConfig } from '../structure/config.ts'
import { requireConfig } from '../structure/config.ts'
import type { Plan } from '../structure/plan.ts'
import { PLAN_FORMAT, sealPlan } from '../structure/plan.ts'
import { ExportError, configError } from '../vocabulary/errors.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { DestinationInput, SourceInput } from './open-url.ts'
import { withDestination, withSource } from './open-url.ts'

export interface PlanOptions extends ExportConfig {
  readonly source: SourceInput
  /** Default: none; the plan is fitted to the destination when it is run. */
  readonly destination?: DestinationInput | undefined
  /** Whether missing tables are made. Default `false`. */
  readonly createTables?: boolean | undefined
  /** How references are treated while loading: `auto` (default) and `bulk` check them afterwards, `enforced` while writing. */
  readonly references?: ReferencePolicy | undefined
  /** What to do about triggers at the destination. Default `allow`: they fire, and the plan says so. */
  readonly triggers?: 'allow' | 'error' | undefined
  /** Whether rows are counted, by reading keys. Default `true`. */
  readonly counts?: boolean | undefined
  /** Keys read at a time. Integer, 1 to 100 000. Default 5 000. */
  readonly batchRows?: number | undefined
  readonly onLoss?: 'allow' | 'error' | undefined
  readonly signal?: AbortSignal | undefined
}

export interface ResolvedPlanOptions {
  readonly createTables: boolean
  readonly references: ReferencePolicy
  readonly triggers: 'allow' | 'error'
  readonly onLoss: 'allow' | 'error'
}

export function requireBatchRows(batchRows = 5000): number {
  if (!Number.isInteger(batchRows) || batchRows < 1 || batchRows > 100_000)
    throw configError('batchRows must be an integer from 1 to 100000')
  return batchRows
}

/**
 * Plans an export from its roots. Reads the catalogs and, unless `counts` is `false`, keys; writes nothing anywhere.
 * The plan is JSON: it can be printed, kept, and given to `runExport`.
 * @throws ExportError for what the configuration names wrongly, and for what no run could do.
 */
export async function planExport(options: PlanOptions): Promise<Plan> {
  const {
    source,
    destination,
    createTables = false,
    references = 'auto',
    triggers = 'allow',
    counts = true,
    batchRows,
    onLoss = 'allow',
    signal,
    ...rest
  } = options
  signal?.throwIfAborted()
  const config = requireConfig(rest)
  const resolved = {
    createTables,
    references: requireOneOf('references', references, ['auto', 'bulk', 'enforced']),
    triggers,
    onLoss,
  }
  const rows = requireBatchRows(batchRows)
  return withSource(source, async (from) => {
    const catalog = await from.readCatalog()
    const graph = buildGraph(catalog, config, from)
    const plan =
      destination === undefined
        ? unboundPlan(from, catalog, graph)
        : await withDestination(destination, false, async (to) =>
            boundPlan(from, catalog, graph, to.engine, await to.readCatalog(), resolved),
          )
    return counts ? countRows(plan, catalog, from, rows, signal) : plan
  })
}

function requireOneOf<T extends string>(name: string, value: T, words: readonly T[]): T {
  if (!words.includes(value)) throw configError(`${name} must be one of ${words.join(', ')}`)
  return value
}

function unboundPlan(source: Source, catalog: Catalog, graph: Graph): Plan {
  return sealPlan({
    format: PLAN_FORMAT,
    source: { engine: source.engine, fingerprint: plannedFingerprint(catalog, graph.tables) },
    destination: null,
    tables: graph.tables,
    edges: graph.edges,
    roots: graph.roots,
    steps: planSteps(graph.tables, graph.edges, catalog),
    losses: [],
    limits: graph.limits,
    observed: { counts: null, atEpochMs: Date.now(), notes: graph.notes },
  })
}

function boundPlan(
  source: Source,
  catalog: Catalog,
  graph: Graph,
  engine: Source['engine'],
  there: Catalog,
  options: ResolvedPlanOptions,
): Plan {
  return fitPlan(unboundPlan(source, catalog, graph), catalog, engine, there, options)
}

/** Fits a plan to a destination, which changes its identity. */
export function fitPlan(
  plan: Plan,
  catalog: Catalog,
  engine: Source['engine'],
  there: Catalog,
  options: ResolvedPlanOptions,
): Plan {
  const bound = bindDestination(catalog, there, plan.tables, plan.edges, {
    ...options,
    from: plan.source.engine,
    to: engine,
  })
  const { hash: _hash, ...body } = plan
  const serious = bound.losses.filter(({ severity }) => severity !== 'representation')
  if (options.onLoss === 'error' && serious.length > 0)
    throw new ExportError(
      'ERR_EXPORT_TYPE_MAP',
      `values could be lost in ${serious.map(({ table, column }) => `${tableText(table)}.${column}`).join(', ')}`,
      {
        remedy: 'Give the columns at the destination the type that they have at the source.',
      },
    )
  return sealPlan({
    ...body,
    destination: { engine, fingerprint: plannedFingerprint(there, plan.tables), createTables: options.createTables },
    tables: bound.tables,
    edges: bound.edges,
    steps: planSteps(bound.tables, bound.edges, catalog),
    losses: bound.losses,
    observed: { ...plan.observed, notes: [...plan.observed.notes, ...bound.notes] },
  })
}

async function countRows(
  plan: Plan,
  catalog: Catalog,
  source: Source,
  batchRows: number,
  signal: AbortSignal | undefined,
): Promise<Plan> {
  const snapshot = await source.begin()
  let counts: Record<string, number>
  const notes = [...plan.observed.notes]
  const release = cancelOnAbort(signal, [snapshot])
  try {
    const closure = await computeClosure(plan, catalog, snapshot, { batchRows, signal, onPage: () => {} })
    counts = Object.fromEntries(closure.tables.map(({ table, store }) => [tableText(table.id), store.ranked().length]))
    for (const [edge, count] of closure.cutChildren) notes.push(`${edge}: ${count} children lie beyond maxDepth`)
    if (closure.rows() === 0)
      notes.push(`no row matched the roots: ${plan.roots.map(({ table }) => tableText(table)).join(', ')}`)
  } catch (error) {
    throw abortReason(signal, error)
  } finally {
    release()
    await snapshot.end()
  }
  return { ...plan, observed: { counts, atEpochMs: plan.observed.atEpochMs, notes } }
}
