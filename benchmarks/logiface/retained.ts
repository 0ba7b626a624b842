// Memory that stays, buffers outside the heap included: after a million lines, after a million limited categories, behind a sink that takes nothing.
import { strict as assert } from 'node:assert'
import { createLogger, lineBackend } from '@loopwright/logiface'
import { Limiter } from '@loopwright/catrate'
import { defineWorkload } from '../harness/workload.ts'

const MIB = 2 ** 20

function heldMiB(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / MIB
}

export const workload = defineWorkload({
  unit: 'MiB',
  execArgv: ['--expose-gc'],
  subjects: {
    'a million lines': () => {
      const log = createLogger({ backend: lineBackend({ path: '/dev/null' }) })
      const write = (count: number): void => {
        for (let i = 0; i < count; i++) log.info()?.num('i', i).str('text', `text ${i}`).msg('line')
        log.flushSync()
      }
      write(20_000)
      const before = heldMiB()
      write(1_000_000)
      const after = heldMiB()
      assert.equal(log.stats().written, 1_020_000)
      return Math.max(after - before, 0)
    },
    'a million categories': () => {
      const limiter = new Limiter({ windows: [{ windowMs: 3_600_000, count: 10 }], maxCategories: 10_000 })
      const fill = (from: number, count: number): void => {
        for (let i = from; i < from + count; i++) limiter.allow(`category ${i}`)
      }
      fill(0, 20_000)
      const before = heldMiB()
      fill(20_000, 1_000_000)
      const after = heldMiB()
      assert.equal(limiter.size, 10_000)
      return Math.max(after - before, 0)
    },
    'a sink that takes nothing': () => {
      const log = createLogger({ backend: lineBackend({ path: '/dev/full', mode: 'each' }), onError: () => {} })
      const before = heldMiB()
      for (let i = 0; i < 1_000_000; i++) log.info()?.num('i', i).msg('a line that is held until the bound is reached')
      const after = heldMiB()
      assert.ok(log.stats().dropped > 800_000)
      return after - before
    },
  },
  figures: [
    { subject: 'a million lines', target: '<= 1' },
    { subject: 'a million categories', target: '<= 1' },
    { subject: 'a sink that takes nothing', target: '<= 9.6' },
  ],
})
