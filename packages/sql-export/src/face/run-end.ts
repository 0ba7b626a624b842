// How a run that failed leaves its snapshot.
import type { SourceSnapshot } from '../port/source.ts'

/** Ends the snapshot of a run that failed; what the end throws besides joins what the run failed with. */
export async function endQuietly(snapshot: SourceSnapshot, error: unknown): Promise<void> {
  try {
    await snapshot.end()
  } catch (ending) {
    if (ending !== error)
      throw new AggregateError([error, ending], 'the run failed, and so did ending its snapshot', { cause: ending })
  }
}
