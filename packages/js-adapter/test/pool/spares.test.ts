// A sandbox of an image that ended by itself leaves its instance, reset, to the next one.
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { MockInstance } from 'vitest'
import { findDifference } from '../../src/image/pages.ts'
import type { Image } from '../../src/image/image.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { SandboxOptions } from '../../src/sandbox/options.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { settled } from '../support/open.ts'
import { holdsText, makeImage, memoryOf, PATIENT } from '../support/pool.ts'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  let image: Image
  let kept: MockInstance<Image['keepSpare']>
  let taken: MockInstance<Image['takeSpare']>
  beforeAll(async () => {
    image = await makeImage({ variant, prelude: 'let count = 0; function next() { return ++count }', expose: ['ask'] })
    kept = vi.spyOn(image, 'keepSpare')
    taken = vi.spyOn(image, 'takeSpare')
  })
  async function open(options: Partial<SandboxOptions> = {}): Promise<{ sandbox: Sandbox; loop: FakeLoop }> {
    const loop = new FakeLoop()
    return { loop, sandbox: await Sandbox.create({ loop, image, clock: 'loop', limits: PATIENT, ...options }) }
  }
  async function close(sandbox: Sandbox): Promise<void> {
    sandbox.close()
    await sandbox.exited
    await Promise.resolve()
  }
  /** Opens sandboxes until none of these limits is kept any more, so that a test begins with none. */
  async function emptied(): Promise<void> {
    do await open()
    while (taken.mock.results.at(-1)?.value !== undefined)
    kept.mockClear()
  }

  test('E-2 P-4 the next sandbox takes the memory over, with no byte of the former tenant', async () => {
    await emptied()
    const { sandbox, loop } = await open()
    sandbox.expose('ask', async (value: unknown) => value)
    const secret = 'c0ffee5ecre7c0ffee5ecre7'
    const source = `globalThis.kept = ['${secret}', { ${secret}: 1 }, Symbol.for('${secret}')]; setTimeout(() => {}, 1e9); ask('${secret}').catch(() => {}); next()`
    expect(await settled(loop, sandbox.run(source, { name: `${secret}.js` }))).toEqual({ value: 1 })
    await close(sandbox)
    expect(kept).toHaveBeenCalledTimes(1)
    const substrate = kept.mock.calls[0]?.[0]
    expect(holdsText(memoryOf(substrate), secret)).toBe(false)
    expect(findDifference(memoryOf(substrate), image.pages)).toBe(-1)
    const how: string[] = []
    const observer = { enabled: true, onInstance: (sample: { readonly how: string }) => void how.push(sample.how) }
    const after = await open({ observer })
    expect(taken.mock.results.at(-1)?.value).toBe(substrate)
    expect(how).toEqual(['reset'])
    expect(await settled(after.loop, after.sandbox.run('[typeof kept, next()]'))).toEqual({ value: ['undefined', 1] })
  })

  test('P-9 who still holds the closed sandbox reaches nothing of the next', async () => {
    await emptied()
    const first = await open()
    await close(first.sandbox)
    const second = await open()
    expect(taken.mock.results.at(-1)?.value).toBe(kept.mock.calls[0]?.[0])
    await settled(second.loop, second.sandbox.run('globalThis.mine = 1'))
    expect(() => first.sandbox.get('mine')).toThrow(expect.objectContaining({ code: 'ERR_SANDBOX_CLOSED' }))
    expect(() => first.sandbox.set('mine', 2)).toThrow(expect.objectContaining({ code: 'ERR_SANDBOX_CLOSED' }))
    await expect(first.sandbox.run('mine = 3')).rejects.toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
    expect(first.sandbox.usage().memoryBytes).toBeGreaterThan(0)
    expect(second.sandbox.get('mine')).toBe(1)
  })

  test('P-8 a condemned instance, one that has grown, and one of other limits are not used again', async () => {
    await emptied()
    const condemned = await open({ onInterrupt: 'close' })
    await settled(condemned.loop, condemned.sandbox.run('for (;;);', { operationMs: 5 }))
    expect(condemned.sandbox.state).toBe('condemned')
    await close(condemned.sandbox)
    expect(kept).not.toHaveBeenCalled()
    const grown = await open()
    await settled(grown.loop, grown.sandbox.run('new Uint8Array(2e7).fill(1).length'))
    await close(grown.sandbox)
    const other = await open({ limits: { ...PATIENT, memoryBytes: 32 * 1024 * 1024 } })
    await close(other.sandbox)
    await open()
    expect(taken.mock.results.at(-1)?.value).toBeUndefined()
  })

  test('E-2 a guest that exits, or is closed by its own host function, leaves its memory as well', async () => {
    await emptied()
    const exiting = await open()
    await settled(exiting.loop, exiting.sandbox.run('process.exit(3)'))
    await exiting.sandbox.exited
    await Promise.resolve()
    expect(kept).toHaveBeenCalledTimes(1)
    const closing = await open()
    closing.sandbox.expose('end', { sync: () => closing.sandbox.close() })
    await settled(closing.loop, closing.sandbox.run('end(); for (;;);'))
    await closing.sandbox.exited
    await Promise.resolve()
    const after = await open()
    expect(await settled(after.loop, after.sandbox.run('next()'))).toEqual({ value: 1 })
  })

  test('no more than four are kept', async () => {
    await emptied()
    const many = await Promise.all(Array.from({ length: 6 }, () => open()))
    for (const { sandbox } of many) await close(sandbox)
    const found: unknown[] = []
    for (let index = 0; index < 6; index++) {
      await open()
      found.push(taken.mock.results.at(-1)?.value)
    }
    expect(found.filter((substrate) => substrate !== undefined)).toHaveLength(4)
    expect(new Set(found).size).toBe(5)
  })
})
