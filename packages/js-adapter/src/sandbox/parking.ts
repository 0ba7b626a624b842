// An idle sandbox without its instance: what it keeps in its place, and the way back.
import { JsAdapterError } from '../errors.ts'
import { parkedBytes, parkMemory, unparkMemory } from '../image/parked-memory.ts'
import type { ParkedMemory } from '../image/parked-memory.ts'
import { CELL } from '../runtime/cells.ts'
import { scrubStack } from '../runtime/scrubbing.ts'
import { clockMs } from './clock.ts'
import type { Housing } from './housing.ts'
import type { Lifetime, LifetimeParts } from './lifetime.ts'

export interface ParkingParts extends Omit<LifetimeParts, 'contexts'> {
  readonly lifetime: Lifetime
  readonly housing: Housing
}

/** Work that waits for the memory. */
interface Waiting {
  readonly work: () => void
  readonly refused: (error: unknown) => void
}

export class Parking {
  readonly #parts: ParkingParts
  #memory: ParkedMemory | undefined
  #unparking: Promise<void> | undefined
  #waiting: Waiting[] = []

  constructor(parts: ParkingParts) {
    this.#parts = parts
  }
  /** Also while it is being unparked. */
  get parked(): boolean {
    return this.#memory !== undefined
  }
  /** Of what is kept in place of the instance; 0 when there is one. */
  get bytes(): number {
    return this.#memory === undefined ? 0 : parkedBytes(this.#memory)
  }

  /** @returns what is kept, in bytes. @throws JsAdapterError `ERR_SANDBOX_BUSY`, or why it may not be entered. */
  park(): number {
    const { core, housing, ending } = this.#parts
    ending.assertAlive()
    this.#assertIdle()
    if (this.#memory !== undefined) return this.bytes
    const startedAtMs = clockMs()
    const { substrate, memory } = core.instance
    scrubStack(core)
    this.#memory = parkMemory(new Uint8Array(memory.buffer), housing.base, core.heapEnd)
    core.leave(parkedError())
    housing.give(substrate)
    this.#report('parked', startedAtMs)
    return this.bytes
  }
  #assertIdle(): void {
    const { core, entries, results, hostCalls, lifetime, timers } = this.#parts
    if (this.#unparking !== undefined) throw busy(['its unparking'])
    if (core.inside) throw busy(['an operation'])
    const jobs = this.#memory === undefined && core.instance.exports._QTS_IsJobPending(core.instance.rt) !== 0
    const left: readonly (readonly [boolean, string])[] = [
      [entries.queued > 0, 'entries that wait in the loop'],
      [results.size > 0, 'results that someone waits for'],
      [hostCalls.pendingCount > 0, 'host calls'],
      [core.cell(CELL.timers) > 0 || timers.refed, 'timers or immediates'],
      [core.cell(CELL.ticks) > 0 || core.cell(CELL.rejections) > 0 || jobs, 'jobs or ticks'],
      [lifetime.isEnding, 'its end'],
    ]
    const reasons = left.filter(([is]) => is).map(([, what]) => what)
    if (reasons.length > 0) throw busy(reasons)
  }

  /** Brings the memory back. Of several at a time one does. Rejects with what kept it from being made, and the sandbox stays parked. */
  unpark(): Promise<void> {
    const { ending } = this.#parts
    const dead = ending.deadError()
    if (dead !== undefined) return Promise.reject(dead)
    if (this.#memory === undefined) return Promise.resolve()
    this.#unparking ??= this.#unpark(this.#memory).finally(() => {
      this.#unparking = undefined
    })
    return this.#unparking
  }
  async #unpark(memory: ParkedMemory): Promise<void> {
    const { options, core, housing, ending } = this.#parts
    const startedAtMs = clockMs()
    const letGo = options.loop.holdOpen()
    try {
      const substrate = await housing.take(memory.memoryBytes)
      const dead = ending.deadError()
      if (dead !== undefined) {
        housing.give(substrate)
        throw dead
      }
      unparkMemory(new Uint8Array(substrate.memory.buffer), memory)
      core.settle(substrate)
      this.#memory = undefined
      // In the order in which it came, before anything that comes later.
      for (const { work } of this.#waiting.splice(0)) work()
    } catch (error) {
      for (const { refused } of this.#waiting.splice(0)) refused(error)
      throw error
    } finally {
      letGo()
    }
    this.#report('unparked', startedAtMs)
  }
  /** Does it now, or when the memory is back. */
  whenThere(work: () => void, refused: (error: unknown) => void): void {
    if (this.#memory === undefined) {
      work()
      return
    }
    this.#waiting.push({ work, refused })
    // Whoever waits is told by `refused`.
    this.unpark().catch(() => {})
  }
  /** The sandbox has ended. */
  ended(): void {
    this.#memory = undefined
    const dead = this.#parts.ending.deadError()
    for (const { refused } of this.#waiting.splice(0)) refused(dead)
  }
  #report(how: 'parked' | 'unparked', startedAtMs: number): void {
    const { options, reports } = this.#parts
    const elapsedMs = clockMs() - startedAtMs
    reports.instance(how, elapsedMs)
    const real = options.deterministic === undefined ? { elapsedMs } : {}
    reports.audit.record(`sandbox.${how}`, { detail: how === 'parked' ? { bytes: this.bytes, ...real } : real })
  }
}

export function parkedError(): JsAdapterError {
  return new JsAdapterError('ERR_SANDBOX_PARKED', 'the sandbox is parked: await unpark() first')
}
function busy(pending: readonly string[]): JsAdapterError {
  return new JsAdapterError('ERR_SANDBOX_BUSY', `a sandbox that has something to do cannot be parked: ${pending.join(', ')}`, {
    context: { pending },
  })
}
