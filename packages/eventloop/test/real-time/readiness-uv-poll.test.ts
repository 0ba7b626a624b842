// Readiness over libuv with real descriptors.
import { execFileSync } from 'node:child_process'
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import { afterAll, expect, test } from 'vitest'
import { EventLoop } from '../../src/loop.ts'
import type { FdReadiness } from '../../src/readiness/fd-watch.ts'
import type { KoffiLike } from '../../src/readiness/uv-poll.ts'
import { uvPollBackend } from '../../src/readiness/uv-poll.ts'
import { readinessSuite } from '../../src/testing/readiness-suite.ts'
import {
  createDescriptors,
  drain,
  openEventFd,
  openPipe,
  openPseudoTerminal,
  openSocketPair,
} from '../readiness/support/pairs.ts'
import { bundled, withLoop } from '../readiness/support/real-loop.ts'

const koffi = createRequire(import.meta.url)('koffi') as KoffiLike

for (const { name, run } of readinessSuite(() => ({ backend: () => uvPollBackend(), ...createDescriptors() })))
  test(`uv_poll: ${name}`, run)

const folder = mkdtempSync(join(tmpdir(), 'loopwright-fd-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('R-1 descriptor 0 is as good as any', async () => {
  const output = execFileSync(process.execPath, [await bundled(folder, 'stdin-child.ts')], { input: 'hello' }).toString()
  expect(output).toBe('readable hello')
})

test.runIf(process.platform === 'linux')('R-1 an eventfd is readable while its counter is above zero', async () => {
  const fd = openEventFd()
  const one = Buffer.from(new BigUint64Array([1n]).buffer)
  await withLoop(async (loop) => {
    for (let round = 0; round < 3; round++) {
      const quiet = await loop.waitFd(fd, { read: true }, { timeoutMs: 20 }).catch((error: { code: string }) => error.code)
      expect(quiet).toBe('ERR_FD_TIMEOUT')
      writeSync(fd, one)
      expect(await loop.waitFd(fd, { read: true }, { timeoutMs: 5000 })).toMatchObject({ readable: true })
      expect(drain(fd)).toBe(8)
    }
  })
  closeSync(fd)
})

test.runIf(process.platform === 'linux')(
  'R-1 a terminal is readable when a line was typed; libuv tells the end of its other side as an error',
  async () => {
    const { near, far } = openPseudoTerminal()
    expect(isatty(near)).toBe(true)
    await withLoop(async (loop) => {
      const events: FdReadiness[] = []
      let typed = 0
      const watch = await loop.registerFd(near, { read: true }, (event) => {
        events.push({ ...event })
        if (event.error === undefined) typed += drain(near)
      })
      writeSync(far, 'half a line')
      await loop.sleep(30)
      expect(events).toEqual([])
      writeSync(far, ', the rest\n')
      while (typed < 22) await loop.sleep(1)
      expect(typed).toBe(22)
      closeSync(far)
      while (events.at(-1)?.error === undefined) await loop.sleep(1)
      // What epoll calls an error libuv calls EBADF, though the descriptor is open.
      expect(events.at(-1)).toMatchObject({ readable: false, error: { code: 'ERR_FD_INVALID', context: { errno: 'EBADF' } } })
      expect(await watch.unregister()).toBe(true)
    })
    closeSync(near)
  },
)

test('R-6 a regular file and a directory are refused before anything native happens', async () => {
  const path = join(folder, 'file')
  writeFileSync(path, 'x')
  for (const target of [path, folder]) {
    const fd = openSync(target, 'r')
    await withLoop(async (loop) => {
      await expect(loop.registerFd(fd, { read: true }, () => {})).rejects.toMatchObject({
        code: 'ERR_FD_UNSUPPORTED',
        context: { fd },
      })
    })
    closeSync(fd)
  }
})

test('R-6 /dev/null is refused by the system: EPERM', async () => {
  const fd = openSync('/dev/null', 'r')
  await withLoop(async (loop) => {
    await expect(loop.registerFd(fd, { read: true }, () => {})).rejects.toMatchObject({
      code: 'ERR_FD_UNSUPPORTED',
      context: { errno: 'EPERM', syscall: 'uv_poll_init' },
    })
  })
  closeSync(fd)
})

test('a closed and an unknown descriptor: ERR_FD_INVALID', async () => {
  const { near, far } = openSocketPair()
  closeSync(near)
  closeSync(far)
  await withLoop(async (loop) => {
    for (const fd of [near, 987_654])
      await expect(loop.registerFd(fd, { read: true }, () => {})).rejects.toMatchObject({
        code: 'ERR_FD_INVALID',
        context: { errno: 'EBADF' },
      })
  })
})

test('the same descriptor on two backends without dup: EEXIST, ERR_FD_EXISTS', async () => {
  const { near, far } = openSocketPair()
  await withLoop(async (first) => {
    const watch = await first.registerFd(near, { read: true }, () => {}, { dup: false })
    await withLoop(async (second) => {
      await expect(second.registerFd(near, { read: true }, () => {}, { dup: false })).rejects.toMatchObject({
        code: 'ERR_FD_EXISTS',
        context: { errno: 'EEXIST' },
      })
      const other = await second.registerFd(near, { read: true }, () => {})
      expect(await other.unregister()).toBe(true)
    })
    await watch.unregister()
  })
  closeSync(near)
  closeSync(far)
})

test('R-5 closing the caller’s descriptor and reusing its number redirects nothing', async () => {
  const first = openSocketPair()
  await withLoop(async (loop) => {
    const events: FdReadiness[] = []
    const watch = await loop.registerFd(first.near, { read: true }, (event) => events.push(event))
    closeSync(first.near)
    const second = openSocketPair()
    expect(second.near).toBe(first.near)
    writeSync(second.far, 'for the second')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(events).toEqual([])
    writeSync(first.far, 'for the first')
    await expect.poll(() => events.length).toBeGreaterThan(0)
    await watch.unregister()
    expect(drain0(second.near)).toBe(14)
    closeSync(second.near)
    closeSync(second.far)
  })
  closeSync(first.far)
})

/** Reads once from a blocking descriptor that is known to have bytes. */
function drain0(fd: number): number {
  return (createRequire(import.meta.url)('node:fs') as typeof import('node:fs')).readSync(fd, Buffer.alloc(100))
}

test('R-2 the open file is non-blocking afterwards, also for the caller', async () => {
  const { near, far } = openPipe()
  await withLoop(async (loop) => {
    const watch = await loop.registerFd(near, { read: true }, () => {})
    await watch.unregister()
    expect(drain(near)).toBe(0)
  })
  closeSync(near)
  closeSync(far)
})

test('R-5 the duplicate is closed with the registration', async () => {
  const { near, far } = openSocketPair()
  await withLoop(async (loop) => {
    const before = openDescriptors()
    const watch = await loop.registerFd(near, { read: true }, () => {})
    expect(openDescriptors()).toBe(before + 1)
    await watch.unregister()
    expect(openDescriptors()).toBe(before)
  })
  closeSync(near)
  closeSync(far)
})

function openDescriptors(): number {
  let count = 0
  for (let fd = 0; fd < 1024; fd++) {
    try {
      fstatSync(fd)
      count++
    } catch {
      // Not open.
    }
  }
  return count
}

test('R-4 200 descriptors share one poll callback and one close callback, and each is told of its own', async () => {
  let registered = 0
  let released = 0
  let freed = 0
  const counting: KoffiLike = Object.assign(Object.create(koffi) as KoffiLike, {
    register: (callback: () => void, type: unknown) => {
      registered++
      return koffi.register(callback, type)
    },
    unregister: (callback: unknown) => {
      released++
      koffi.unregister(callback)
    },
    free: (pointer: unknown) => {
      freed++
      koffi.free(pointer)
    },
  })
  const pairs = Array.from({ length: 200 }, openSocketPair)
  const told = new Set<number>()
  await withLoop(
    async (loop) => {
      for (const { near } of pairs) {
        await loop.registerFd(near, { read: true }, () => {
          told.add(near)
          drain(near)
        })
      }
      for (const { far } of pairs) writeSync(far, 'x')
      await expect.poll(() => told.size).toBe(200)
    },
    { readiness: uvPollBackend({ koffi: counting }) },
  )
  await expect.poll(() => freed).toBe(200)
  expect(registered).toBe(2)
  await expect.poll(() => released).toBe(2)
  for (const { near, far } of pairs) {
    closeSync(near)
    closeSync(far)
  }
})

test('an undelivered event does not spin: a descriptor that stays ready before run() costs no processor time', async () => {
  const { near, far } = openSocketPair()
  const loop = new EventLoop()
  let calls = 0
  await loop.registerFd(near, { read: true }, () => calls++)
  writeSync(far, 'x')
  await new Promise((resolve) => setTimeout(resolve, 20))
  const before = process.cpuUsage()
  await new Promise((resolve) => setTimeout(resolve, 200))
  const used = process.cpuUsage(before)
  expect((used.user + used.system) / 1000).toBeLessThan(100)
  expect(calls).toBe(0)
  const run = loop.run()
  await expect.poll(() => calls).toBeGreaterThan(2)
  await loop.close()
  await run
  closeSync(near)
  closeSync(far)
})

test('EMFILE: ERR_FD_LIMIT, temporary; dup: false still registers; later it succeeds', async () => {
  const child = await bundled(folder, 'emfile-child.ts')
  const output = execFileSync('/bin/sh', ['-c', `ulimit -n 60; exec "${process.execPath}" "${child}"`]).toString()
  expect(JSON.parse(output)).toEqual({
    limited: { code: 'ERR_FD_LIMIT', isTemporary: true, errno: 'EMFILE', syscall: 'fcntl' },
    withoutDup: 'readable',
    afterwards: 'readable',
  })
})
