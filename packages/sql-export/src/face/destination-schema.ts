// The destination's schema before, during and after a run.
import { plannedFingerprint } from '../mechanism/bind.ts'
import type { Destination, DestinationSession, ReferenceMode } from '../port/destination.ts'
import type { Source } from '../port/source.ts'
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import { constraintFingerprint, findTable } from '../structure/catalog.ts'
import type { Plan } from '../structure/plan.ts'
import { destinationDifferences, sourceDifferences } from '../structure/schema-difference.ts'
import { ExportError, configError } from '../vocabulary/errors.ts'
import { tableId, tableText } from '../vocabulary/table-ref.ts'
import { fitPlan } from './plan-export.ts'
import type { ResolvedRunOptions } from './run-options.ts'

function changed(what: string, differences: readonly string[]): ExportError {
  const told = differences.length === 0 ? 'its keys, references or generators are others' : differences.join('; ')
  return new ExportError('ERR_EXPORT_PLAN_CHANGED', `the ${what} has changed since the plan was made: ${told}`, {
    remedy: 'Plan again.',
  })
}

/** Refuses a plan that was made of another source schema. */
export function requireSourceSchema(plan: Plan, source: Source, catalog: Catalog): void {
  if (plan.source.engine !== source.engine || plan.source.fingerprint !== plannedFingerprint(catalog, plan.tables))
    throw changed("source's schema", sourceDifferences(plan, catalog))
}

/** The plan, fitted to the destination if it was made without one; refused if the destination is not the one it was made for. */
export function requireDestinationSchema(
  plan: Plan,
  catalog: Catalog,
  destination: Destination,
  there: Catalog,
  options: ResolvedRunOptions,
): Plan {
  if (plan.destination === null) {
    const { createTables, references, allowAlter } = options
    const fit = { createTables, references, allowAlter, triggers: 'allow', onLoss: 'allow' } as const
    return fitPlan(plan, catalog, destination.engine, there, fit)
  }
  if (plan.destination.engine !== destination.engine || plan.destination.fingerprint !== plannedFingerprint(there, plan.tables))
    throw changed("destination's schema", destinationDifferences(plan, there))
  return plan
}

/** Refuses to copy a database into itself, unless that is wanted and no key can clash. */
export function refuseSame(plan: Plan, source: Source, destination: Destination, allowSame: boolean): void {
  if (source.identity !== destination.identity) return
  const kept = plan.tables.filter(({ rows, keys }) => rows === 'copy' && keys !== 'remap')
  if (!allowSame) throw configError('source and destination are the same database', 'Name another destination, or set allowSame.')
  if (kept.length > 0)
    throw configError(
      `source and destination are the same database, and these keys are kept: ${kept.map(({ id }) => tableText(id)).join(', ')}`,
    )
}

/** Identity of the constraints, indexes and triggers of the plan's tables at the destination. */
export function constraintDigest(plan: Plan, there: Catalog): string {
  return constraintFingerprint(plan.tables.map(({ id }) => findTable(there, id)).filter((table) => table !== undefined))
}

/** @returns whether there were any. */
export async function makeMissingTables(
  plan: Plan,
  catalog: Catalog,
  destination: Destination,
  session: DestinationSession,
): Promise<boolean> {
  if (plan.destination?.createTables !== true) return false
  const missing = missingTables(plan, catalog, await destination.readCatalog())
  if (missing.length === 0) return false
  await session.createTables(missing, plan.source.engine)
  return true
}

export function referenceMode(plan: Plan): ReferenceMode {
  if (plan.edges.some(({ load }) => load === 'bulk')) return 'bulk'
  return plan.edges.some(({ load }) => load === 'deferred') ? 'deferred' : 'enforced'
}

/** Tables to make: those of the plan, and those that they refer to, since a reference to nothing cannot be kept. */
function missingTables(plan: Plan, source: Catalog, there: Catalog): CatalogTable[] {
  const missing = new Map<string, CatalogTable>()
  const queue = plan.tables.map(({ id }) => id)
  for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
    const table = findTable(source, ref)
    if (table === undefined || missing.has(tableId(ref)) || findTable(there, ref) !== undefined) continue
    missing.set(tableId(ref), table)
    queue.push(...table.edges.map(({ parent }) => parent))
  }
  return source.tables.filter(({ ref }) => missing.has(tableId(ref)))
}
