// What the destination remembers of a run, so that it can be verified, and resumed after any death.
import { ExportError } from '../vocabulary/errors.ts'
import { canonicalHash } from './canonical-json.ts'

export const RUN_STATES = ['reserved', 'loading', 'patching', 'verifying', 'complete'] as const
export type RunState = (typeof RUN_STATES)[number]

/** Facts of a run that are fixed before its first row is written. */
export interface JournalFacts {
  /** First key of each block, in decimal, by table. */
  readonly blocks: Readonly<Record<string, string>>
  /** Number of keys and their digest, by table. */
  readonly keys: Readonly<Record<string, { readonly count: number; readonly digest: string }>>
  /** Violations that were there before, by edge and by table. */
  readonly orphans: Readonly<Record<string, number>>
  readonly references: Readonly<Record<string, number>>
  /** Identity of the destination's tables, keys, indexes and triggers. */
  readonly constraints: string
  readonly sourceEpochMs: number
  /** What, besides the plan, the run is known by; so that what is another can be named. */
  readonly identity: RunIdentity
  /** Of a run that is complete, by table: rows that it wrote, and rows of the whole table unless they lie in a block of their own. */
  readonly done?: Readonly<Record<string, { readonly rows: number; readonly after: number | null }>> | undefined
}

export interface JournalRun {
  readonly runId: string
  readonly identity: string
  readonly state: RunState
  /** The plan, as JSON. */
  readonly plan: string
  /** The facts, as JSON. */
  readonly facts: string
}

/** A run as an engine's journal has it, its columns in this order. @throws ExportError `ERR_EXPORT_JOURNAL` for a state of a newer version. */
export function journaledRun([runId, identity, state, plan, facts]: readonly (string | null | undefined)[]): JournalRun {
  const known = RUN_STATES.find((word) => word === state)
  if (known === undefined) throw journalError('the journal holds a state that is not known', 'It was written by a newer version.')
  return { runId: runId ?? '', identity: identity ?? '', state: known, plan: plan ?? '', facts: facts ?? '' }
}

/** A stretch of a table's rows, in load order, that was committed: loaded, or patched. */
export interface JournalBatch {
  readonly runId: string
  /** The table's id; of what was patched, after `patch `. */
  readonly table: string
  readonly first: number
  readonly last: number
  readonly rows: number
}

/** What makes two runs the same: another value of any of these, and a run cannot be resumed. */
export interface RunIdentity {
  readonly planHash: string
  readonly transformers: readonly string[]
  readonly maskKeyId: string | null
  readonly commit: 'batch' | 'once'
}

export function identityOf(identity: RunIdentity): string {
  return canonicalHash(identity)
}

/** What of a run's identity is another now, in words; no key is told, nor its id. */
export function identityDifferences(then: RunIdentity, now: RunIdentity): string[] {
  const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '))
  const differences: string[] = []
  if (then.commit !== now.commit) differences.push(`commit (${then.commit} then, ${now.commit} now)`)
  if (list(then.transformers) !== list(now.transformers))
    differences.push(`transformers (${list(then.transformers)} then, ${list(now.transformers)} now)`)
  if (then.maskKeyId !== now.maskKeyId) {
    const given = (id: string | null): string => (id === null ? 'none' : 'one')
    const told =
      then.maskKeyId === null || now.maskKeyId === null ? `${given(then.maskKeyId)} then, ${given(now.maskKeyId)} now` : 'another'
    differences.push(`mask key (${told})`)
  }
  return differences.length === 0 ? ['the plan'] : differences
}

/** Reads the facts of a run. @throws ExportError `ERR_EXPORT_JOURNAL` if they are not what was written. */
export function parseFacts(run: JournalRun): JournalFacts {
  let value: unknown
  try {
    value = JSON.parse(run.facts)
  } catch {
    value = undefined
  }
  if (
    typeof value !== 'object' ||
    value === null ||
    !('blocks' in value) ||
    !('keys' in value) ||
    !('constraints' in value) ||
    !('identity' in value)
  )
    throw journalError(`the journal of run ${run.runId} is corrupt`, 'Empty the tables that it wrote, and run again.')
  return value as JournalFacts
}

export function journalError(message: string, remedy: string, cause?: unknown): ExportError {
  return new ExportError('ERR_EXPORT_JOURNAL', message, { remedy, cause })
}

/**
 * Finds the unfinished run that is meant.
 * @param runId - the run's id, or how it begins; `undefined` if there is only one.
 */
export function chooseRun(runs: readonly JournalRun[], runId: string | undefined): JournalRun {
  const unfinished = runs.filter(({ state }) => state !== 'complete')
  const [run, ...others] = unfinished.filter((candidate) => runId === undefined || candidate.runId.startsWith(runId))
  if (run === undefined)
    throw journalError(
      runId === undefined ? 'the destination has no unfinished run' : 'the destination has no such unfinished run',
      'Use run for a new one.',
    )
  if (others.length > 0)
    throw journalError(
      `several unfinished runs are meant: ${[run, ...others].map((other) => other.runId).join(', ')}`,
      'Name one by --run.',
    )
  return run
}
