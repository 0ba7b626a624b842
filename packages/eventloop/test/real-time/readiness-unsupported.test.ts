// Where descriptors cannot be watched by libuv, that is said; net.Socket is there by explicit choice.
import { execFileSync } from 'node:child_process'
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, expect, test } from 'vitest'
import type { FdReadiness } from '../../src/readiness/fd-watch.ts'
import { netSocketBackend } from '../../src/readiness/net-socket.ts'
import type { KoffiLike } from '../../src/readiness/uv-poll.ts'
import { uvPollBackend } from '../../src/readiness/uv-poll.ts'
import { closeQuietly, openSocketPair } from '../readiness/support/pairs.ts'
import { bundled, withLoop } from '../readiness/support/real-loop.ts'

const koffi = createRequire(import.meta.url)('koffi') as KoffiLike
const folder = mkdtempSync(join(tmpdir(), 'loopwright-no-fd-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('R-10 in a worker: ERR_READINESS_UNSUPPORTED, and net.Socket as the explicit choice works there', async () => {
  const { near, far } = openSocketPair()
  writeSync(far, 'for a worker')
  const worker = new Worker(await bundled(folder, 'worker-child.ts'), { workerData: { fd: near } })
  const result = await new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  expect(result).toEqual({ code: 'ERR_READINESS_UNSUPPORTED', names: true, data: 'for a worker' })
  await worker.terminate()
  closeSync(far)
  closeQuietly(near)
})

test.each<[string, unknown, RegExp]>([
  ['an unsupported version', { ...koffi, version: '4.0.0' }, /koffi 4\.0\.0 is not supported/],
  [
    'a missing symbol',
    {
      ...koffi,
      load: () => ({
        func: () => {
          throw new Error('Cannot find function uv_poll_init')
        },
      }),
    },
    /does not export/,
  ],
])('R-10 %s: ERR_READINESS_UNSUPPORTED with what to do, and the rest of the loop works', async (_what, given, message) => {
  const { near, far } = openSocketPair()
  await withLoop(
    async (loop) => {
      await expect(loop.registerFd(near, { read: true }, () => {})).rejects.toMatchObject({
        code: 'ERR_READINESS_UNSUPPORTED',
        message: expect.stringMatching(message),
      })
      await new Promise<void>((resolve) => loop.submit(resolve))
      expect(loop.snapshot()).toMatchObject({ descriptors: 0 })
    },
    { readiness: uvPollBackend({ koffi: given as KoffiLike }) },
  )
  closeSync(near)
  closeSync(far)
})

test('R-10 without koffi: ERR_READINESS_UNSUPPORTED says what to install', async () => {
  const output = execFileSync(process.execPath, [await bundled(folder, 'no-koffi-child.ts')], { cwd: folder }).toString()
  expect(JSON.parse(output)).toMatchObject({
    code: 'ERR_READINESS_UNSUPPORTED',
    message: expect.stringContaining('npm install koffi'),
    cause: 'MODULE_NOT_FOUND',
  })
})

test('R-10 under Windows: ERR_READINESS_UNSUPPORTED, before anything native happens', async () => {
  const { near, far } = openSocketPair()
  const platform = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor
  Object.defineProperty(process, 'platform', { ...platform, value: 'win32' })
  try {
    await withLoop((loop) =>
      expect(loop.registerFd(near, { read: true }, () => {})).rejects.toMatchObject({
        code: 'ERR_READINESS_UNSUPPORTED',
        message: expect.stringContaining('win32'),
      }),
    )
  } finally {
    Object.defineProperty(process, 'platform', platform)
    for (const fd of [near, far]) closeSync(fd)
  }
})

test('R-10 netSocketBackend: events carry the data, one chunk each; the end is a hangup; the descriptor is its own', async () => {
  const { near, far } = openSocketPair()
  await withLoop(
    async (loop) => {
      const events: FdReadiness[] = []
      const watch = await loop.registerFd(near, { read: true }, (event) => events.push(event))
      writeSync(far, 'one')
      await expect.poll(() => events.length).toBe(1)
      expect(Buffer.from(events[0]?.data ?? []).toString()).toBe('one')
      writeSync(far, 'two')
      closeSync(far)
      await expect.poll(() => events.at(-1)?.hangup).toBe(true)
      expect(Buffer.concat(events.map(({ data }) => data ?? Buffer.alloc(0))).toString()).toBe('onetwo')
      expect(() => watch.modify({ write: true })).toThrow(expect.objectContaining({ code: 'ERR_FD_UNSUPPORTED' }))
      await watch.unregister()
      expect(() => fstatSync(near)).toThrow(/EBADF/)
    },
    { readiness: netSocketBackend() },
  )
})

test('R-10 netSocketBackend refuses what it cannot do', async () => {
  const { near, far } = openSocketPair()
  const file = openSync(folder, 'r')
  await withLoop(
    async (loop) => {
      await expect(loop.registerFd(near, { write: true }, () => {})).rejects.toMatchObject({ code: 'ERR_FD_UNSUPPORTED' })
      await expect(loop.registerFd(file, { read: true }, () => {})).rejects.toMatchObject({ code: 'ERR_FD_UNSUPPORTED' })
      await expect(loop.registerFd(987_654, { read: true }, () => {})).rejects.toMatchObject({ code: 'ERR_FD_INVALID' })
    },
    { readiness: netSocketBackend() },
  )
  for (const fd of [near, far, file]) closeSync(fd)
})
