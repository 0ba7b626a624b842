// The queues of one entry: ticks and promise jobs are run to the end, or ended before their first instruction.
import { CELL } from './cells.ts'
import type { EntryBounds, Machine, Operation } from './entry.ts'
import { GuestThrow } from './marshal.ts'
import { latchError } from './outcome.ts'
import type { Thrown } from './thrown.ts'

const FLUSH_MOST_JOBS = 10_000

export class Drain {
  readonly #machine: Machine
  readonly #thrown: Thrown

  constructor(machine: Machine, thrown: Thrown) {
    this.#machine = machine
    this.#thrown = thrown
  }

  /** A tick threw and that was handled: the rest of the queues waits for another entry. */
  get deferred(): boolean {
    return this.#machine.cell(CELL.drainDeferred) !== 0
  }

  /** Runs what an operation queued, until the queues are empty or the latch is set. */
  run(operation: Operation, { jobsOnly = false, jobsFirst = false, keepJobs = false }: EntryBounds): void {
    if (keepJobs) return
    let ticksMayRun = !jobsFirst
    const { exports, rt, argv } = this.#machine.instance
    const most = this.#machine.limits.maxJobsPerDrain
    for (;;) {
      if (!jobsOnly && ticksMayRun && this.#machine.cell(CELL.ticks) > 0) {
        const budget = this.#machine.marshal.newNumber(most - operation.jobs)
        operation.jobs += this.#machine.marshal.numberFromProfile('runTicks', budget)
        this.#machine.marshal.free(budget)
        if (this.#machine.latch.set || this.deferred) return
        if (operation.jobs >= most && this.#machine.cell(CELL.ticks) > 0) return this.#tooManyJobs(operation)
      }
      if (exports._QTS_IsJobPending(rt) !== 0) {
        if (operation.jobs >= most) return this.#tooManyJobs(operation)
        this.#runJobs(operation, exports._QTS_ExecutePendingJob(rt, most - operation.jobs, argv))
        if (this.#machine.latch.set) return
        continue
      }
      ticksMayRun = true
      if (!jobsOnly && this.#machine.cell(CELL.ticks) > 0) continue
      if (this.#machine.cell(CELL.rejections) === 0) return
      this.#machine.marshal.runProfile('reportRejections')
      if (this.#machine.latch.set) return
    }
  }
  /** Runs the next promise job alone. */
  runOne(operation: Operation): void {
    const { exports, rt, argv } = this.#machine.instance
    if (exports._QTS_IsJobPending(rt) !== 0) this.#runJobs(operation, exports._QTS_ExecutePendingJob(rt, 1, argv))
  }
  #runJobs(operation: Operation, result: number): void {
    const { tags } = this.#machine.marshal
    const high = this.#machine.marshal.high(result)
    if (high !== tags.object && high !== tags.string && high !== tags.null && high !== tags.undefined) {
      operation.jobs += this.#machine.marshal.readNumber(result)
      this.#machine.marshal.free(result)
      return
    }
    operation.jobs++
    if (this.#machine.latch.set) {
      if (this.#thrown.frames.length === 0) this.#thrown.frames = this.#thrown.readFrames(result)
      this.#machine.marshal.free(result)
      return
    }
    this.reportUncaught(result, 'uncaughtException')
  }
  /** Gives a thrown value to the guest's own listeners, or reports it as fatal. Frees the pointer. */
  reportUncaught(pointer: number, origin: 'uncaughtException' | 'unhandledRejection'): void {
    const text = this.#machine.marshal.newText(origin)
    try {
      this.#machine.marshal.runProfile('uncaught', pointer, text)
    } catch (thrown) {
      if (!(thrown instanceof GuestThrow)) throw thrown
      this.#machine.marshal.free(thrown.pointer)
    } finally {
      this.#machine.marshal.free(pointer)
      this.#machine.marshal.free(text)
    }
  }
  #tooManyJobs(operation: Operation): void {
    this.#machine.latch.fire(
      { kind: 'limit', limit: 'maxJobsPerDrain', configured: this.#machine.limits.maxJobsPerDrain, observed: operation.jobs },
      operation.id,
    )
  }

  /** Ends every queued job before its first instruction. Returns how many there were. */
  flush(startedAtMs: number): number {
    const { exports, rt, argv } = this.#machine.instance
    this.#dropQueues()
    let jobs = 0
    try {
      while (exports._QTS_IsJobPending(rt) !== 0) {
        this.#machine.polling.soon()
        this.#machine.marshal.free(exports._QTS_ExecutePendingJob(rt, 1, argv))
        jobs++
        if (jobs > FLUSH_MOST_JOBS || this.#machine.clockMs() - startedAtMs > this.#machine.limits.hardMs) {
          const cause = this.#machine.latch.cause
          const error = cause === undefined ? undefined : latchError(cause, this.#machine.latch.operationId, this.#thrown.frames)
          this.#machine.condemn(error ?? this.#thrown.limitError('maxJobsPerDrain', FLUSH_MOST_JOBS, jobs))
          return jobs
        }
      }
    } catch (error) {
      this.#thrown.errorFrom(error)
      return jobs
    }
    this.#dropQueues()
    return jobs
  }
  #dropQueues(): void {
    try {
      this.#machine.polling.muted(() => {
        this.#machine.marshal.runProfile('dropTicks')
        this.#machine.marshal.runProfile('dropRejections')
        this.#machine.marshal.runProfile('settleInterrupted')
      })
    } catch (error) {
      this.#machine.condemn(this.#thrown.errorFrom(error))
    }
  }
}
