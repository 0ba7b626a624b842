// Several tables at a time: each lane has a writer of its own, and a reader of the one snapshot.
import { cancelOnAbort } from '../mechanism/abort.ts'
import { TurnTaking } from '../mechanism/turns.ts'
import type { DestinationSession, ReferenceMode } from '../port/destination.ts'
import type { PageReader, SourceSnapshot } from '../port/source.ts'
import type { Plan } from '../structure/plan.ts'
import { configError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import type { BatchCommits } from './batch-commits.ts'

/** What one table after another is loaded through. */
export interface Lane {
  readonly snapshot: PageReader
  readonly session: DestinationSession
  readonly commits: BatchCommits
  readonly signal: AbortSignal | undefined
}

export interface LaneOptions {
  readonly runId: string
  readonly concurrency: number
  readonly mode: ReferenceMode
  /** In the order in which they are begun. */
  readonly tables: readonly TableRef[]
  /** The run's own: every lane reads as it does, and writes beside it. */
  readonly main: Lane & { readonly snapshot: SourceSnapshot }
}

/** Refuses what cannot be loaded by several connections. */
export function requireLanes(plan: Plan, commit: 'batch' | 'once', session: DestinationSession): void {
  if (commit !== 'batch')
    throw configError("concurrency needs commit 'batch': one transaction has one connection", 'Leave one of the two out.')
  if (session.another === undefined)
    throw configError(
      'concurrency needs a destination that takes several connections: SQLite and PGlite have one writer, and so has a client of yours',
      'Leave concurrency out, or open a PostgreSQL or MySQL destination by its URL.',
    )
  const waiting = plan.edges.filter(({ kind, cut, load }) => kind === 'declared' && !cut && load !== 'bulk')
  if (waiting.length > 0)
    throw configError(
      `concurrency needs references in bulk, and the destination enforces ${waiting.map(({ name }) => name).join(', ')}: rows wait for those that they refer to`,
      'Leave concurrency out, or connect as a user that may stop the checks.',
    )
}

/** Loads tables until none is left; after a failure no lane goes on. What lanes have committed stays, as the journal says. */
export async function loadInLanes(options: LaneOptions, load: (ref: TableRef, lane: Lane) => Promise<void>): Promise<void> {
  const { runId, concurrency, mode, tables, main } = options
  const stop = new AbortController()
  const signal = main.signal === undefined ? stop.signal : AbortSignal.any([main.signal, stop.signal])
  const queue = [...tables]
  const ends: (() => Promise<void>)[] = []
  const failures: unknown[] = []
  const work = async (lane: Lane): Promise<void> => {
    try {
      await lane.session.begin(mode)
      for (let ref = queue.shift(); ref !== undefined; ref = queue.shift()) {
        signal.throwIfAborted()
        await load(ref, lane)
      }
      await lane.commits.commitLast(runId)
    } catch (error) {
      // what fails after the first was cancelled because of it
      if (!stop.signal.aborted) failures.push(error)
      stop.abort(error)
    }
  }
  try {
    const lanes = await openLanes(Math.min(concurrency, tables.length), main, signal, ends)
    const release = cancelOnAbort(signal, [main.snapshot, ...lanes.flatMap(({ session, own }) => [session, own ?? {}])])
    await Promise.all(lanes.map(work))
    release()
  } catch (error) {
    failures.push(error)
  }
  for (const end of ends.toReversed()) await end().catch((error: unknown) => failures.push(error))
  if (failures.length === 1) throw failures[0]
  if (failures.length > 1) throw new AggregateError(failures, 'loading failed, and so did closing its connections')
}

async function openLanes(
  count: number,
  main: LaneOptions['main'],
  signal: AbortSignal,
  ends: (() => Promise<void>)[],
): Promise<(Lane & { readonly own: SourceSnapshot | undefined })[]> {
  const shared = new TurnTaking(main.snapshot)
  const lanes: (Lane & { readonly own: SourceSnapshot | undefined })[] = []
  while (lanes.length < count) {
    const session = await main.session.another?.()
    if (session === undefined) throw new TypeError('the destination has one writer') // refused before
    ends.push(() => session.end())
    const own = await main.snapshot.another?.()
    if (own !== undefined) ends.push(() => own.end())
    lanes.push({ snapshot: own ?? shared, own, session, commits: main.commits.beside(session), signal })
  }
  return lanes
}
