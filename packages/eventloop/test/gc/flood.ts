// A flood of external tasks against a bounded queue that nobody empties: what is kept is what was admitted.
import { expect } from 'vitest'
import type { AdmissionPolicy } from '../../src/admission.ts'
import { bench } from '../support/virtual.ts'
import { bytesInUse } from './heap.ts'

const MAX_QUEUED = 1000
const LOOKS = 3

export interface Flood {
  /** The most that was in use at any look, beyond what was in use when the queue was full for the first time. */
  readonly grownBytes: number
}

/** Submits at least `count` tasks, each with something of its own to keep, and looks at the memory now and then. */
export async function flood(policy: AdmissionPolicy, count: number): Promise<Flood> {
  const { host, loop } = bench({ admission: { maxQueued: MAX_QUEUED, policy } })
  let ran = 0
  const submit = (tasks: number): void => {
    for (let i = 0; i < tasks; i++) {
      const kept = { at: i }
      loop.trySubmit(() => void (ran += kept.at >= 0 ? 1 : 0))
    }
  }
  submit(20_000)
  const before = await bytesInUse()
  const each = Math.ceil(count / LOOKS)
  let grownBytes = 0
  for (let look = 0; look < LOOKS; look++) {
    submit(each)
    grownBytes = Math.max(grownBytes, (await bytesInUse()) - before)
  }
  const { readyTasks, admission } = loop.snapshot()
  const submitted = LOOKS * each + 20_000
  expect(readyTasks).toBe(MAX_QUEUED)
  expect(admission).toEqual(
    policy === 'shed'
      ? { admitted: submitted, refused: 0, shed: submitted - MAX_QUEUED, waited: 0, timedOut: 0 }
      : { admitted: MAX_QUEUED, refused: submitted - MAX_QUEUED, shed: 0, waited: 0, timedOut: 0 },
  )
  void loop.run()
  await host.settle()
  expect(ran).toBe(MAX_QUEUED)
  await loop.close()
  return { grownBytes }
}
