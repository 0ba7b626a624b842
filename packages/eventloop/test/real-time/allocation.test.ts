// What a task costs the collector in steady state: nothing of its own.
import { expect, test } from 'vitest'
import { runProgram } from '../support/program.ts'

/**
 * Minor collections while a task resubmits itself `tasks` times, after as many again to warm up. The young generation has its
 * full 16 MiB from the start: V8 begins with one and enlarges it only by what survives, so that the count would say little. An
 * object for each of 10^7 tasks is 160 MB at least, ten collections. Batches are long: what a visit costs is not the question.
 */
function minorCollections(tasks: number, next: string): number {
  const { stdout, status } = runProgram(
    `const loop = new EventLoop({ autoExit: true, batch: { maxTimeMs: Infinity, maxTasks: 65_536 } })
    let left = ${tasks / 10}
    let steady = false
    function task() {
      if (--left > 0) loop.submit(${next})
      else if (!steady) {
        steady = true
        left = ${tasks}
        console.log('steady')
        loop.submit(task)
      } else console.log('end')
    }
    loop.submit(task)
    await loop.run()`,
    { flags: ['--trace-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'] },
  )
  expect(status).toBe(0)
  const [, after] = stdout.split('steady\n')
  const [during, rest] = (after ?? '').split('end\n')
  expect(rest).toBeDefined()
  return during?.match(/Scavenge|Mark-Compact|Minor/g)?.length ?? 0
}

test('Q-2 no allocation a task: 10^7 resubmissions of one function cause fewer than 3 minor collections', {
  timeout: 120_000,
}, () => {
  expect(minorCollections(10_000_000, 'task')).toBeLessThan(3)
})

test('positive control: a closure a task is seen by the collector', { timeout: 120_000 }, () => {
  expect(minorCollections(2_000_000, '() => task()')).toBeGreaterThanOrEqual(3)
})
