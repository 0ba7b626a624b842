// What a limit must not do: reach a neighbour, lose a result in silence, or be outlived through what the host reads and runs.
import { describe, expect, test } from 'vitest'
import type { RawCall } from '../../src/runtime/raw-call.ts'
import { openSandbox, settled } from '../support/open.ts'

const GENEROUS = { operationMs: 10_000, hardMs: 20_000 }

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('L-5 a result whose promise settles in a stopped timer callback rejects with the limit, at once', async () => {
    const { sandbox, loop } = await openSandbox({ variant, limits: { operationMs: 500, hardMs: 20_000 } })
    const result = await settled(loop, sandbox.run('new Promise((r) => setTimeout(() => r({ get a() { for (;;); } }), 1))'))
    expect(result).toMatchObject({ error: { code: 'ERR_LIMIT_OPERATION' } })
    expect(sandbox.state).toBe('ready')
    sandbox.close()
  })

  test('L-2 an accessor on what a stopped operation threw never runs', async () => {
    const { sandbox, loop } = await openSandbox({ variant, limits: { operationMs: 100, hardMs: 20_000 } })
    sandbox.expose('f', { sync: () => 1 })
    const source = "var ran = 'no'; const evil = { get stack() { ran = 'yes' } }; try { for (;;) f() } catch { throw evil }"
    expect(await settled(loop, sandbox.run(source))).toMatchObject({ error: { code: 'ERR_LIMIT_OPERATION' } })
    expect(sandbox.get('ran')).toBe('no')
    sandbox.close()
  })

  test('E-3 a guest that was entered inside the host function of another is condemned when the hard limit unwinds both', async () => {
    const outer = await openSandbox({ variant, limits: { operationMs: 200, hardMs: 400 } })
    const inner = await openSandbox({ variant })
    await settled(
      inner.loop,
      inner.sandbox.run("Object.defineProperty(globalThis, 'x', { get() { return new Array(1e9).join('x') } })"),
    )
    outer.sandbox.expose('cross', { sync: () => inner.sandbox.get('x') })
    expect(await settled(outer.loop, outer.sandbox.run('cross()'))).toMatchObject({ error: { code: 'ERR_LIMIT_HARD' } })
    expect(await settled(inner.loop, inner.sandbox.run('1'))).toMatchObject({ error: { code: 'ERR_SANDBOX_CONDEMNED' } })
    expect((await inner.sandbox.exited).reason).toBe('limit')
    const next = await openSandbox({ variant, limits: { operationMs: 200, hardMs: 400 } })
    expect(await settled(next.loop, next.sandbox.run("new Array(1e9).join('x')"))).toMatchObject({
      error: { code: 'ERR_LIMIT_HARD' },
    })
  })

  test('maxArgumentBytes holds for raw functions too, before anything is copied', async () => {
    const { sandbox, loop } = await openSandbox({ variant, limits: { ...GENEROUS, maxArgumentBytes: 1000 } })
    let calls = 0
    sandbox.expose('text', { raw: (call: RawCall) => (calls++, call.text(0).length) })
    sandbox.expose('copy', { raw: (call: RawCall) => (calls++, call.argument(0)) })
    const code = (call: string): string => `(() => { try { return ${call} } catch (e) { return e.code } })()`
    expect(
      await settled(
        loop,
        sandbox.run(
          `[${code("text('x'.repeat(2000))")}, ${code("copy(['x'.repeat(2000)])")}, ${code('copy(new Uint8Array(2000))')}, ${code("text('ok')")}]`,
        ),
      ),
    ).toEqual({ value: ['ERR_ARGUMENT_LIMIT', 'ERR_ARGUMENT_LIMIT', 'ERR_ARGUMENT_LIMIT', 2] })
    expect(calls).toBe(4)
    sandbox.close()
  })

  test('maxResultBytes holds for promises, and the sandbox lives', async () => {
    const { sandbox, loop } = await openSandbox({ variant, limits: { ...GENEROUS, maxResultBytes: 1000, maxResultNodes: 5 } })
    for (const [source, limit] of [
      ['Promise.resolve(new Uint8Array(2000))', 'maxResultBytes'],
      ["Promise.resolve(['x'.repeat(2000)])", 'maxResultBytes'],
      ['Promise.resolve([[], [], [], [], [], []])', 'maxResultNodes'],
      ["'x'.repeat(2000)", 'maxResultBytes'],
    ] as const)
      expect(await settled(loop, sandbox.run(source))).toMatchObject({ error: { code: 'ERR_LIMIT_RESULT', limit } })
    expect(await settled(loop, sandbox.run('6 * 7'))).toEqual({ value: 42 })
    sandbox.close()
  })

  test('memoryBytes: what the host cannot put into a full guest, or copy out of it, is a memory limit, never a shorter value', async () => {
    const full = 16 * 2 ** 20
    const fill = await openSandbox({ variant, limits: { ...GENEROUS, memoryBytes: full, memoryMaxBytes: full } })
    await settled(
      fill.loop,
      fill.sandbox.run('globalThis.kept = []; try { for (;;) kept.push(new Array(100).fill(1)) } catch {} 1'),
    )
    expect(await settled(fill.loop, fill.sandbox.call('String', ['x'.repeat(2 ** 20)]))).toHaveProperty(
      'error.code',
      expect.stringMatching(/^ERR_(LIMIT_MEMORY|SANDBOX_CONDEMNED)$/),
    )
    expect(fill.sandbox.state).toBe('condemned')
    const big = await openSandbox({ variant, limits: { ...GENEROUS, memoryBytes: full, maxResultBytes: 2 ** 29 } })
    expect(await settled(big.loop, big.sandbox.run('new Uint8Array(14e6)'))).toHaveProperty('error.code', 'ERR_LIMIT_MEMORY')
  })
})

test('C-4 console text above what is left is counted without being copied', async () => {
  const { sandbox, loop, lines } = await openSandbox({ limits: { ...GENEROUS, maxConsoleBytes: 100 } })
  await settled(loop, sandbox.run("process.stdout.write('x'.repeat(1e6)); process.stdout.write('short\\n')"))
  expect(lines).toEqual(['short'])
  expect(sandbox.usage().consoleBytesDropped).toBe(1e6)
  sandbox.close()
})

test('S-1 a call site names no function, so that none of the profile and of the host can be reached', async () => {
  const { sandbox, loop } = await openSandbox()
  sandbox.expose('fail', {
    sync: () => {
      throw new TypeError('host')
    },
  })
  const source =
    "const seen = []; Error.prepareStackTrace = (_, sites) => { for (const s of sites) seen.push([typeof s.getFunction?.(), typeof s.getThis?.()].join()); return '' }; try { fail() } catch (e) { e.stack } seen.length > 0 && seen.every((s) => s === 'undefined,undefined')"
  expect(await settled(loop, sandbox.run(source))).toEqual({ value: true })
  sandbox.close()
})

test('F-6 errors and results of host functions that cannot be read are told as such, and the sandbox lives', async () => {
  const { sandbox, loop } = await openSandbox()
  class Unreadable extends Error {
    override get message(): string {
      throw new Error('inner')
    }
  }
  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  }
  sandbox.expose('getter', () => Promise.reject(new Unreadable()))
  sandbox.expose('proxy', () => Promise.reject(revoked()))
  sandbox.expose('result', async () => [revoked()])
  sandbox.expose('thenable', () => revoked())
  sandbox.expose('sync', {
    sync: () => {
      throw new Unreadable()
    },
  })
  const told = await settled(
    loop,
    sandbox.run(
      'Promise.allSettled([getter(), proxy(), result(), thenable(), Promise.resolve().then(sync)]).then((all) => all.map((one) => one.status + (one.reason instanceof Error)))',
    ),
  )
  expect(told).toEqual({ value: Array(5).fill('rejectedtrue') })
  expect(sandbox.state).toBe('ready')
  sandbox.close()
})

test('F-8 exposing over a global that the guest made its own for good throws ERR_PROFILE_CONFLICT', async () => {
  const { sandbox, loop } = await openSandbox()
  await settled(loop, sandbox.run("Object.defineProperty(globalThis, 'lookup', { value: () => 'forged', configurable: false })"))
  expect(() => sandbox.expose('lookup', () => 'real')).toThrow(expect.objectContaining({ code: 'ERR_PROFILE_CONFLICT' }))
  sandbox.close()
})

test('N-12 an uncaughtException listener that throws ends the guest with code 7, and what waits for it rejects', async () => {
  const { sandbox, loop } = await openSandbox()
  const result = await settled(
    loop,
    sandbox.run(
      "process.on('uncaughtException', () => { throw new Error('second') }); setTimeout(() => { throw 1 }, 1); new Promise(() => {})",
    ),
  )
  expect(result).toMatchObject({ error: { message: 'Error: second' } })
  expect(await sandbox.exited).toMatchObject({ reason: 'uncaught', exitCode: 7 })
})
