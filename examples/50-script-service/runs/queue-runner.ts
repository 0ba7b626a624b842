// Runs scripts through a BullMQ queue: `queue-worker.ts` is the other side, in as many processes as are started.
import { Queue, QueueEvents } from 'bullmq'
import type { ScriptJob } from '@loopwright/js-adapter/bullmq'
import type { QueueOptions } from '../options.ts'
import { runKey } from './run-book.ts'
import { ENTRY } from './runner.ts'
import type { Runner, RunOutcome, RunRequest } from './runner.ts'

/** Above every limit of a script: a job that waits so long has no worker. */
const GIVE_UP_MS = 60_000
/** A worker that is killed in mid-run does not cost the run: another one takes it up. */
const ATTEMPTS = 3

export class QueueRunner implements Runner {
  readonly kind = 'queue'
  readonly #queue: Queue<ScriptJob>
  readonly #events: QueueEvents

  private constructor(queue: Queue<ScriptJob>, events: QueueEvents) {
    this.#queue = queue
    this.#events = events
  }
  static async open({ host, port, name }: QueueOptions, onError: (error: Error) => void): Promise<QueueRunner> {
    const connection = { host, port }
    const queue = new Queue<ScriptJob>(name, { connection })
    const events = new QueueEvents(name, { connection })
    queue.on('error', onError)
    events.on('error', onError)
    await events.waitUntilReady()
    return new QueueRunner(queue, events)
  }

  async run({ id, script, input, line }: RunRequest): Promise<RunOutcome> {
    const { tenant, name, source } = script
    const data: ScriptJob = { source, entry: ENTRY, args: [input], name: `${name}.js`, tenant }
    const jobId = runKey(tenant, id) // a queue that knows the id answers with the job that it has
    const job = await this.#queue.add('run', data, {
      jobId,
      attempts: ATTEMPTS,
      removeOnFail: { count: 1000 },
      removeOnComplete: { count: 1000 },
    })
    try {
      return { value: await job.waitUntilFinished(this.#events, GIVE_UP_MS) }
    } catch (error) {
      const [, code, message] = /^(ERR_[A-Z_]+): (.*)$/s.exec(error instanceof Error ? error.message : '') ?? []
      if (code === undefined || message === undefined) throw error
      return { failure: { code, message } }
    } finally {
      for (const row of (await this.#queue.getJobLogs(jobId)).logs) line(row)
    }
  }
  async stats(): Promise<Readonly<Record<string, number>>> {
    return this.#queue.getJobCounts('waiting', 'active', 'completed', 'failed')
  }
  async close(): Promise<void> {
    await this.#events.close()
    await this.#queue.close()
  }
}
