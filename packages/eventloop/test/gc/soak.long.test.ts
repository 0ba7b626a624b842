// Ten million mixed operations: the heap does not grow.
import { setFlagsFromString } from 'node:v8'
import { expect, test } from 'vitest'
import { bytesInUse } from './heap.ts'
import { Soak } from './soak.ts'

// The engine drops bytecode that has not run for some collections, a megabyte of the test runner's own: it would hide growth.
setFlagsFromString('--no-flush-bytecode')

test('soak: the heap after 10^6 and 10^7 mixed operations differs by at most 1 MiB', async () => {
  const soak = new Soak(1)
  await soak.runTo(1_000_000)
  const early = await bytesInUse()
  await soak.runTo(10_000_000)
  const late = await bytesInUse()
  expect(Math.abs(late - early)).toBeLessThanOrEqual(1024 * 1024)
  await soak.end()
})
