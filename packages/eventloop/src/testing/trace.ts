// Records what a loop runs, so that two runs can be compared.
import type { LoopHooks } from '../observer.ts'
import type { CallbackPhase } from '../phase.ts'

export interface TraceEntry {
  readonly turn: number
  readonly phase: CallbackPhase
  readonly label: string | undefined
  readonly nowMs: number
}

/** Give `hooks` to the loop; `entries` then holds one entry a callback, in order. */
export class TraceRecorder {
  readonly entries: TraceEntry[] = []
  readonly hooks: LoopHooks

  /** @param nowMs - the clock that entries are stamped with; a virtual host's makes traces repeatable. */
  constructor(nowMs: () => number) {
    this.hooks = {
      taskStart: ({ turn, phase, label }) => void this.entries.push({ turn, phase, label, nowMs: nowMs() }),
    }
  }

  /** One line an entry: turn, phase, label, time. */
  lines(): readonly string[] {
    return this.entries.map(({ turn, phase, label, nowMs }) => `${turn} ${phase} ${label ?? '-'} ${nowMs}`)
  }
}
