// Bare guests of pools and of threads.
import { expect, test } from 'vitest'
import { SandboxPool } from '../../src/pool/pool.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { sharedEngine } from '../support/open.ts'
import { builtEntry, PATIENT, runningLoop } from '../support/worker.ts'

const KINDS = '[typeof setTimeout, typeof console, typeof URL].join() + (6 * 7)'
const BARE = 'undefined,undefined,undefined42'

test('P-11 a pool makes a bare image, and its sandboxes are bare', async () => {
  await using running = runningLoop()
  await using pool = await SandboxPool.create({
    loop: running.loop,
    engine: await sharedEngine(),
    profile: 'bare',
    size: 1,
    limits: PATIENT,
  })
  expect(pool.image.identity.profile).toBe('bare')
  for (let lease = 0; lease < 2; lease++) expect(await pool.use((sandbox) => sandbox.run(KINDS))).toBe(BARE)
  expect(pool.stats().resets).toBe(2)
})

test('P-11 a bare guest in a thread of its own, and in a pool of threads', async () => {
  await using running = runningLoop()
  const { loop } = running
  await using sandbox = await Sandbox.create({
    loop,
    mode: 'worker',
    profile: 'bare',
    limits: PATIENT,
    threadFile: builtEntry('thread'),
  })
  await sandbox.expose('twice', async (x: number) => x * 2)
  expect(await sandbox.run(`twice(4).then((x) => x + ${KINDS})`)).toBe(`8${BARE}`)
  await using pool = await SandboxPool.create({
    loop,
    mode: 'worker',
    profile: 'bare',
    size: 1,
    limits: PATIENT,
    threadFile: builtEntry('pool-thread'),
  })
  expect(await pool.use((leased) => leased.run(KINDS))).toBe(BARE)
})

test('P-11 options of the full profile are refused before a thread is started', async () => {
  await using running = runningLoop()
  await expect(Sandbox.create({ loop: running.loop, mode: 'worker', profile: 'bare', argv: [] } as never)).rejects.toThrow(
    /^argv is of the full profile/,
  )
})
