// Makes a plan: reads catalogs, and keys to count rows; writes nothing.
import { tmpdir } from 'node:os'
import { bindDestination, plannedFingerprint, planSteps } from '../mechanism/bind.ts'
import { abortReason, cancelOnAbort } from '../mechanism/abort.ts'
import { mayCopy } from '../mechanism/copy-pages.ts'
import { computeClosure } from '../mechanism/closure.ts'
import type { Graph } from '../mechanism/graph.ts'
import { buildGraph } from '../mechanism/graph.ts'
import type { KeyMemory } from '../mechanism/key-memory.ts'
import type { ReferencePolicy } from '../mechanism/load-strategy.ts'
import type { Source } from '../port/source.ts'
import type { Catalog } from '../structure/catalog.ts'
import type { ConfigParam, ExportConfig } from '../structure/config.ts'
import { requireConfig, requireSecrets } from '../structure/config.ts'
import type { ParamValue, Plan, PlanLoss } from '../structure/plan.ts'
import { PLAN_FORMAT, sealPlan } from '../structure/plan.ts'
import { sealRoots } from '../structure/secrets.ts'
import { ExportError, configError } from '../vocabulary/errors.ts'
import { sameTable, tableText } from '../vocabulary/table-ref.ts'
import { keyMemory, requireKeyMemory } from './key-budget.ts'
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
  /**
   * Whether constraints of a cycle that nothing else loads may be made DEFERRABLE for the time of its transaction (PostgreSQL; the
   * tables' owner may). Default `false`.
   */
  readonly allowAlter?: boolean | undefined
  /** What to do about triggers at the destination. Default `allow`: they fire, and the plan says so. */
  readonly triggers?: 'allow' | 'error' | undefined
  /** Whether rows are counted, by reading keys. Default `true`. */
  readonly counts?: boolean | undefined
  /** Keys read at a time. Integer, 1 to 100 000. Default 5 000. */
  readonly batchRows?: number | undefined
  /** Memory that keys may take while rows are counted, in bytes; see `RunOptions`. */
  readonly keyMemoryBytes?: number | undefined
  readonly workDir?: string | undefined
  /** Whether losses that are only possible fail planning as well, unless a column's rule accepts them. Default `allow`. */
  readonly onLoss?: 'allow' | 'error' | undefined
  /** Called once with the plan as it is before its rows are counted, which can take long: all but `observed` stays as it is. */
  readonly onPlan?: ((plan: Plan) => void) | undefined
  /** Values of parameters that are written as `{ secret: NAME }`. */
  readonly secrets?: Readonly<Record<string, ConfigParam>> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface ResolvedPlanOptions {
  readonly createTables: boolean
  readonly references: ReferencePolicy
  readonly triggers: 'allow' | 'error'
  readonly allowAlter: boolean
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
    allowAlter = false,
    counts = true,
    batchRows,
    keyMemoryBytes,
    workDir = tmpdir(),
    onLoss = 'allow',
    onPlan,
    secrets = {},
    signal,
    ...rest
  } = options
  signal?.throwIfAborted()
  const config = requireConfig(rest)
  const resolved = {
    createTables,
    references: requireOneOf('references', references, ['auto', 'bulk', 'enforced']),
    triggers,
    allowAlter,
    onLoss,
  }
  const rows = requireBatchRows(batchRows)
  const memory = keyMemory(requireKeyMemory(keyMemoryBytes), workDir)
  return withSource(source, async (from) => {
    const { catalog, there } = await readCatalogs(from, destination)
    const built = buildGraph(catalog, config, from)
    const values = requireSecrets(secrets)
    const graph = { ...built, roots: sealRoots(built.roots, values) }
    const plan =
      destination === undefined
        ? unboundPlan(from, catalog, graph)
        : await withDestination(destination, false, async (to) =>
            withCopies(
              boundPlan(from, catalog, graph, to.engine, await (there ?? (() => to.readCatalog()))(), resolved),
              to.copiesFrom?.(from) === true,
            ),
          )
    onPlan?.(plan)
    return counts ? countRows(plan, catalog, from, { batchRows: rows, keyMemory: memory, secrets: values, signal }) : plan
  })
}

/** Both catalogs, read at a time where both databases are open. @returns with what gives the destination's, or throws what reading it led to. */
async function readCatalogs(
  from: Source,
  to: DestinationInput | undefined,
): Promise<{ readonly catalog: Catalog; readonly there: (() => Promise<Catalog>) | undefined }> {
  if (to === undefined || typeof to === 'string' || to.identity === from.identity)
    return { catalog: await from.readCatalog(), there: undefined }
  const [source, destination] = await Promise.allSettled([from.readCatalog(), to.readCatalog()])
  if (source.status === 'rejected') throw source.reason // and then what is wrong with the configuration
  return {
    catalog: source.value,
    there: async () => {
      if (destination.status === 'rejected') throw destination.reason
      return destination.value
    },
  }
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

/** Says which tables are copied inside the engine. */
function withCopies(plan: Plan, canCopy: boolean): Plan {
  const edgesOf = ({ id }: Plan['tables'][number]): Plan['edges'] => plan.edges.filter(({ child }) => sameTable(child, id))
  const copied = canCopy ? plan.tables.filter((table) => mayCopy(table, edgesOf(table), plan.losses)) : []
  if (copied.length === 0) return plan
  const note = `copied inside SQLite, unless a transformer reads them: ${copied.map(({ id }) => tableText(id)).join(', ')}`
  return { ...plan, observed: { ...plan.observed, notes: [...plan.observed.notes, note] } }
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
  const refused = bound.losses.filter(
    (loss) =>
      (loss.severity === 'certain' || (options.onLoss === 'error' && loss.severity === 'possible')) && !isAccepted(bound, loss),
  )
  if (refused.length > 0)
    throw new ExportError(
      'ERR_EXPORT_TYPE_MAP',
      `values would or could be lost in ${refused.map(({ table, column, code }) => `${tableText(table)}.${column} (${code})`).join(', ')}`,
      {
        remedy:
          'Give the columns at the destination the type that they have at the source, mask them, or accept the loss: { "mask": "keep", "accept": [CODE] }.',
      },
    )
  return sealPlan({
    ...body,
    destination: {
      engine,
      fingerprint: plannedFingerprint(there, plan.tables),
      createTables: options.createTables,
      allowAlter: options.allowAlter,
    },
    tables: bound.tables,
    edges: bound.edges,
    steps: planSteps(bound.tables, bound.edges, catalog),
    losses: bound.losses,
    observed: { ...plan.observed, notes: [...plan.observed.notes, ...bound.notes] },
  })
}

function isAccepted({ tables }: Pick<Plan, 'tables'>, { table, column, code }: PlanLoss): boolean {
  const found = tables.find(({ id }) => sameTable(id, table))?.columns.find(({ name }) => name === column)
  return found !== undefined && (found.accepts.includes(code) || found.transform !== null)
}

interface CountOptions {
  readonly batchRows: number
  readonly keyMemory: KeyMemory
  readonly secrets: Readonly<Record<string, ParamValue>>
  readonly signal: AbortSignal | undefined
}

async function countRows(plan: Plan, catalog: Catalog, source: Source, options: CountOptions): Promise<Plan> {
  const { signal } = options
  const snapshot = await source.begin()
  let counts: Record<string, number>
  const notes = [...plan.observed.notes]
  const release = cancelOnAbort(signal, [snapshot])
  try {
    const closure = await computeClosure(plan, catalog, snapshot, { ...options, onPage: () => {} })
    counts = Object.fromEntries(closure.tables.map(({ table, store }) => [tableText(table.id), store.rankedSize]))
    for (const [edge, count] of closure.cutChildren) notes.push(`${edge}: ${count} children lie beyond maxDepth`)
    if (closure.rows() === 0)
      notes.push(`no row matched the roots: ${plan.roots.map(({ table }) => tableText(table)).join(', ')}`)
  } catch (error) {
    throw abortReason(signal, error)
  } finally {
    release()
    options.keyMemory.close()
    await snapshot.end()
  }
  return { ...plan, observed: { counts, atEpochMs: plan.observed.atEpochMs, notes } }
}
