// The platform's checkpoint: probed once per host, never assumed.
import type { NativeCheckpoint } from '../host.ts'

/**
 * Tries `process._tickCallback`, an undocumented alias of the function by which Node empties next-ticks and promise jobs. Only
 * the order tick, job, nested job, all before it returns, is accepted. Call it on an empty stack.
 * @returns the function, or `undefined` if it is missing or behaves otherwise.
 */
export function probeTickCallback(source: typeof globalThis.process | undefined): (() => void) | undefined {
  const candidate: unknown = source === undefined ? undefined : Reflect.get(source, '_tickCallback')
  if (source === undefined || typeof candidate !== 'function') return undefined
  const seen: string[] = []
  source.nextTick(() => seen.push('tick'))
  void Promise.resolve().then(() => {
    seen.push('job')
    void Promise.resolve().then(() => seen.push('nested'))
  })
  candidate.call(source)
  return seen.join() === 'tick,job,nested' ? (candidate as () => void) : undefined
}

/** A checkpoint whose means is settled by {@link ProbedCheckpoint.probe} in the host's first visit. */
export class ProbedCheckpoint implements NativeCheckpoint {
  readonly #source: typeof globalThis.process | undefined
  #means: 'tick' | 'step' | 'none' = 'step'
  #probed = false
  #tick: () => void = () => {}

  constructor(source: typeof globalThis.process | undefined = globalThis.process) {
    this.#source = source
  }

  get means(): 'tick' | 'step' | 'none' {
    return this.#means
  }

  /** Called at the start of each visit; does its work in the first. */
  probe(): void {
    if (this.#probed) return
    const tick = probeTickCallback(this.#source)
    this.#probed = true
    if (tick === undefined) return
    this.#tick = tick.bind(this.#source)
    this.#means = 'tick'
  }

  run(): void {
    this.#tick()
  }
}
