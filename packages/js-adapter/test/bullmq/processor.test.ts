// The processor over a real queue: outcomes, retries, logs, and what a script may not do to its queue.
import { describe, expect, test } from 'vitest'
import { sandboxProcessor } from '../../src/bullmq/index.ts'
import { JsAdapterError } from '../../src/errors.ts'
import { hasRedis, NOT_RUN, openQueue } from './support/queue.ts'

describe('over Redis', () => {
  test.beforeEach((context) => {
    if (!hasRedis) context.skip(NOT_RUN)
  })

  test('a script and its entry give the result of the job; each job has a sandbox of its own', async () => {
    await using opened = await openQueue()
    const source = 'globalThis.count = (globalThis.count ?? 0) + 1; async function main(a) { return { sum: a.x + a.y, count } }'
    for (let run = 0; run < 3; run++) {
      const job = await opened.finished({ source, entry: 'main', args: [{ x: 1, y: 2 }], tenant: 'acme' })
      expect([await job.getState(), job.returnvalue]).toEqual(['completed', { sum: 3, count: 1 }])
    }
    expect((await opened.finished({ source: '6 * 7' })).returnvalue).toBe(42)
    expect((await opened.finished({ source: 'undefined' })).returnvalue).toBeNull()
    expect(opened.pool.stats()).toMatchObject({ leased: 0, leases: 5 })
  })

  test('the console is the log of the job, in order, and says what it did not keep', async () => {
    await using opened = await openQueue({ maxLogRows: 3 })
    const few = await opened.finished({ source: "console.log('one'); console.error('two')" })
    expect((await opened.queue.getJobLogs(few.id ?? '')).logs).toEqual(['one', 'two'])
    const many = await opened.finished({ source: 'for (let i = 0; i < 5; i++) console.log(i); throw new Error("end")' })
    expect((await opened.queue.getJobLogs(many.id ?? '')).logs).toEqual(['0', '1', '2', '2 more lines were not kept'])
  })

  test.each([
    ['an exception', 'null.x', /^ERR_GUEST_EXCEPTION: TypeError: .*\(script\.js:1:/],
    ['a syntax error', 'let let', /^ERR_GUEST_SYNTAX: /],
    ['an endless loop', 'for (;;);', /^ERR_LIMIT_OPERATION: /],
    ['a promise that never settles', 'new Promise(() => {})', /^ERR_LIMIT_WALL: /],
    ['too much memory', "let s = 'x'; for (;;) s += s + s.slice(1)", /^ERR_(LIMIT_MEMORY|LIMIT_OPERATION|GUEST_EXCEPTION): /],
    ['a result that is no JSON', '1n', /^ERR_VALUE_UNSUPPORTED: the result of a job must be JSON/],
    ['an entry that is not there', 'undefined; //', /^ERR_NOT_CALLABLE: /, 'main'],
  ])(
    'poisoned by %s: in the failed set after one attempt of three, and the next job runs',
    async (_name, source, reason, entry?: string) => {
      await using opened = await openQueue({
        pool: { limits: { operationMs: 1000, hardMs: 5000, wallMs: 3000, memoryBytes: 8 << 20 } },
      })
      const job = await opened.finished({ source, ...(entry === undefined ? {} : { entry }) }, 3)
      expect([await job.getState(), job.attemptsMade]).toEqual(['failed', 1])
      expect(job.failedReason).toMatch(reason)
      expect((await opened.finished({ source: '1 + 1' })).returnvalue).toBe(2)
    },
  )

  test.each([
    ['delay', "throw Object.assign(new Error('x'), { name: 'DelayedError' })"],
    ['wait', "throw Object.assign(new Error('x'), { name: 'WaitingError' })"],
    ['wait for children', "throw Object.assign(new Error('x'), { name: 'WaitingChildrenError' })"],
    ['limit the rate', "throw Object.assign(new Error('bullmq:rateLimitExceeded'), { name: '' })"],
  ])('a script cannot give its queue the order to %s', async (_order, source) => {
    for (const retry of [undefined, () => true]) {
      await using opened = await openQueue({ retry })
      const job = await opened.finished({ source }, 2)
      expect([await job.getState(), job.attemptsMade]).toEqual(['failed', retry === undefined ? 1 : 2])
      expect(job.failedReason).toMatch(/^ERR_GUEST_EXCEPTION: /)
    }
  })

  test.each([
    ['no object', 7, 'data'],
    ['no source', {}, 'source'],
    ['arguments that are no array', { source: '1', args: 'x' }, 'args'],
    ['a time of zero', { source: '1', timeoutMs: 0 }, 'timeoutMs'],
  ])('a job with %s fails at once, and its text is not repeated', async (_name, data, member) => {
    await using opened = await openQueue()
    const job = await opened.finished(data, 3)
    expect([await job.getState(), job.attemptsMade]).toEqual(['failed', 1])
    expect(job.failedReason).toMatch(new RegExp(`^ERR_JOB_DATA: ${member} of a job must be `))
  })

  test('a host function that fails for a while is tried again', async () => {
    let calls = 0
    await using opened = await openQueue({
      prepare: (sandbox) => {
        sandbox.expose('lookup', async () => {
          if (++calls < 3) throw new Error('the database is away')
          return 'found'
        })
      },
    })
    const job = await opened.finished({ source: 'lookup()' }, 5)
    expect([await job.getState(), job.returnvalue, calls]).toEqual(['completed', 'found', 3])
  })

  test('a job that BullMQ cancels ends its sandbox, and the place is free again', async () => {
    let id: string | undefined
    await using opened = await openQueue({
      pool: { size: 1 },
      prepare: (_sandbox, _data, { job }) => {
        id = job.id
      },
    })
    const pending = opened.finished({ source: 'new Promise(() => {})' })
    await expect.poll(() => id).toBeDefined()
    expect(opened.worker.cancelJob(id ?? '', 'not wanted any more')).toBe(true)
    expect(await (await pending).getState()).toBe('failed')
    expect((await opened.finished({ source: '3' })).returnvalue).toBe(3)
  })
})

describe('without a queue', () => {
  const job = { id: '1', name: 'script', data: { source: '1' }, log: async () => {} }
  const failing = (reason: unknown) => ({ use: () => Promise.reject(reason) })

  test('failures of the place may be tried again, under a message that says their code', async () => {
    const full = new JsAdapterError('ERR_POOL_FULL', '9 callers wait')
    await expect(sandboxProcessor({ pool: failing(full) })(job, undefined, undefined)).rejects.toMatchObject({
      name: 'Error',
      message: 'ERR_POOL_FULL: 9 callers wait',
      cause: full,
    })
  })

  test('rows of the log that cannot be stored are told with the failure, and fail a run that went well', async () => {
    const broken = { ...job, log: () => Promise.reject(new Error('no connection')) }
    const talking = {
      use: async (
        _work: unknown,
        options?: { readonly console?: { write(stream: 'stdout', text: string): void } | undefined },
      ) => {
        options?.console?.write('stdout', 'a line\n')
        return 1 as never
      },
    }
    await expect(sandboxProcessor({ pool: talking })(broken, undefined, undefined)).rejects.toThrow('no connection')
    const both = {
      use: async (work: never, options?: Parameters<typeof talking.use>[1]) => {
        await talking.use(work, options)
        throw new JsAdapterError('ERR_LIMIT_OPERATION', 'too long')
      },
    }
    await expect(sandboxProcessor({ pool: both })(broken, undefined, undefined)).rejects.toThrow(
      'ERR_LIMIT_OPERATION: too long; rows of its log are lost: Error: no connection',
    )
  })

  test('it takes three parameters, or BullMQ would give it no signal', () => {
    expect(sandboxProcessor({ pool: failing(1) })).toHaveLength(3)
    expect(() => sandboxProcessor({ pool: failing(1), maxLogRows: -1 })).toThrow('maxLogRows must be an integer')
  })
})
