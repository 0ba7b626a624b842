// What the producing workers of the tests can be told to do, and the commands that they speak.
import type { Commands } from '../../../src/ingress/commands.ts'
import { bytes, defineCommands, failure, fixed, float, structured, text } from '../../../src/ingress/commands.ts'

interface Job {
  readonly sequence: number
  readonly padding: string
}

export const commands: Commands<{
  readonly tick: ReturnType<typeof fixed>
  readonly level: ReturnType<typeof float>
  readonly line: ReturnType<typeof text>
  readonly blob: ReturnType<typeof bytes>
  readonly job: ReturnType<typeof structured<Job>>
  readonly failed: ReturnType<typeof failure>
}> = defineCommands({ tick: fixed(), level: float(), line: text(), blob: bytes(), job: structured<Job>(), failed: failure() })

/** A record of a schedule: its kind, and how much payload it carries. */
export interface Planned {
  readonly kind: 'tick' | 'level' | 'line' | 'blob' | 'job' | 'failed'
  readonly size: number
}

export type Duty =
  /** Submits `count` ticks (`id`, n). */
  | { readonly kind: 'count'; readonly id: number; readonly count: number }
  /** Submits `count` ticks by `submitMany`, a hundred at a time. */
  | { readonly kind: 'many'; readonly id: number; readonly count: number }
  /** Submits a schedule again and again until `count` records are out; each carries its number. */
  | { readonly kind: 'schedule'; readonly plan: readonly Planned[]; readonly count: number }
  /** Submits ticks until the port refuses; posts how many were accepted. */
  | { readonly kind: 'flood'; readonly pauseEvery: number }
  /** Submits `count` ticks, then dies in the middle of a batch that it never publishes. */
  | { readonly kind: 'die'; readonly count: number }
  /** Submits a tick each time it gets a message. */
  | { readonly kind: 'on-message' }
  /** Waits for room with `whenWritable` after each refusal; posts how often it had to. */
  | { readonly kind: 'async'; readonly count: number }
  /** Asks the loop to end. */
  | { readonly kind: 'shutdown' }
  /** Submits a tick, then leaves the thread's code. */
  | { readonly kind: 'once' }

/** What a record of a schedule holds, by its number in the whole stream. */
export function contentOf({ kind, size }: Planned, sequence: number): unknown {
  switch (kind) {
    case 'tick':
      return [sequence, size]
    case 'level':
      return sequence + 0.25
    case 'line':
      return `${sequence}:${'xé☃\ud800'.charAt(sequence % 4).repeat(size)}`
    case 'blob':
      return new Uint8Array(size + 4).fill(sequence % 251)
    case 'job':
      return { sequence, padding: 'p'.repeat(size) }
    case 'failed':
      return `failure ${sequence}`
    default:
      throw new TypeError(`unknown kind ${String(kind satisfies never)}`)
  }
}
