// Verifies a destination by what it says of itself.
import type { VerifyCheck } from '../mechanism/verify.ts'
import { EMPTY_BASELINE, verifyGenerators, verifyReferences } from '../mechanism/verify.ts'
import type { CatalogTable } from '../structure/catalog.ts'
import type { PlanEdge, PlanTable } from '../structure/plan.ts'
import type { DestinationInput } from './open-url.ts'
import { withDestination } from './open-url.ts'

export interface VerifyOptions {
  readonly destination: DestinationInput
  readonly signal?: AbortSignal | undefined
}

export interface Verdict {
  readonly passed: boolean
  readonly checks: readonly VerifyCheck[]
}

/** Checks every declared reference by an anti-join and by the engine's own check, and that the next generated keys are free. */
export async function verifyExport({ destination, signal }: VerifyOptions): Promise<Verdict> {
  signal?.throwIfAborted()
  return withDestination(destination, false, async (handle) => {
    const catalog = await handle.readCatalog()
    const tables = catalog.tables.map(asPlanTable)
    const edges = catalog.tables.flatMap(asPlanEdges)
    const session = await handle.openSession()
    try {
      const checks = [
        ...(await verifyReferences(session, tables, edges, new Map(), EMPTY_BASELINE)),
        ...(await verifyGenerators(session, tables)),
        ...(await session.journal.runs()).map(({ runId, state }) => ({
          name: `run ${runId} is complete`,
          passed: state === 'complete',
          violations: state === 'complete' ? 0 : 1,
        })),
      ]
      signal?.throwIfAborted()
      return { passed: checks.every(({ passed }) => passed), checks }
    } finally {
      await session.end()
    }
  })
}

function asPlanTable({ ref, key }: CatalogTable): PlanTable {
  return { id: ref, key, keyKind: 'tuple', keys: 'keep', rows: 'copy', columns: [] }
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
  }))
}
