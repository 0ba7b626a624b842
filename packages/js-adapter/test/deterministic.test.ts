// Deterministic sandboxes: the same run gives the same bytes.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Image } from '../src/image/image.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import type { DeterministicOptions } from '../src/sandbox/options.ts'
import type { VariantName } from '../src/engine/variant.ts'
import { FakeLoop } from './support/fake-loop.ts'
import { settled, sharedEngine } from './support/open.ts'
import { makeImage, openPool } from './support/pool.ts'

interface RunOptions {
  readonly variant: VariantName
  readonly deterministic: DeterministicOptions
  readonly image?: Image
}

/** Everything that can be seen of one run: output, result, report, and a digest of the guest's memory. */
async function runOnce(source: string, { variant, deterministic, image }: RunOptions): Promise<string> {
  const loop = new FakeLoop()
  const lines: string[] = []
  const sandbox = await Sandbox.create({
    loop,
    ...(image === undefined ? { engine: await sharedEngine(variant) } : { image }),
    deterministic,
    console: { write: (stream, text) => lines.push(`${stream}: ${text}`) },
  })
  sandbox.expose('answer', async (x: unknown) => [x])
  const outcome = await settled(loop, sandbox.run(source, { name: 'run.js' }))
  const error = 'error' in outcome ? String(outcome.error) : undefined
  const value = 'value' in outcome ? outcome.value : undefined
  sandbox.close()
  const { usage } = await sandbox.exited
  return JSON.stringify({ lines, value, error, usage })
}

const STATEMENTS = [
  'console.log(Math.random(), Math.random())',
  'console.log(Date.now(), new Date().toISOString(), String(new Date()))',
  'console.log(performance.now(), performance.timeOrigin, process.hrtime(), process.uptime())',
  'setTimeout(() => console.log("timer", Date.now(), Math.random()), 250)',
  'setInterval(function () { console.log("tick", Date.now()); if (Math.random() < 0.5) clearInterval(this) }, 7)',
  'setImmediate(() => console.log("immediate", performance.now()))',
  'console.log(await answer(Math.random()))',
  'await new Promise((done) => setTimeout(done, 1000 * Math.random()))',
  'console.log(Array.from({ length: 40 }, () => Math.random()).sort().map((x) => x.toFixed(6)).join())',
  'console.log([...new Map(Object.entries(globalThis))].length, Reflect.ownKeys(globalThis).length)',
  'console.log(new Date(2021, 6, 1).getTimezoneOffset(), new Date(2021, 0, 1).toLocaleString())',
  'console.time("t"); for (let i = 0; i < 20000; i++) Math.random(); console.timeEnd("t")',
  'throw new Error("thrown " + Math.random())',
  'Promise.reject(new Error("lost")).catch((e) => console.error(e))',
  'if (typeof crypto === "object") console.log(crypto.getRandomValues(new Uint8Array(40)).join(), crypto.randomUUID())',
]

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('S-8 two runs of the same source, seed and answers give the same bytes', async () => {
    const program = fc.record({
      statements: fc.array(fc.constantFrom(...STATEMENTS), { minLength: 1, maxLength: 8 }),
      seed: fc.maxSafeInteger(),
      epochMs: fc.integer({ min: -1e12, max: 4e12 }),
    })
    const image = await makeImage({ variant })
    await fc.assert(
      fc.asyncProperty(program, async ({ statements, seed, epochMs }) => {
        const source = `(async () => { ${statements.map((statement) => `{ ${statement} }`).join('\n')}\nreturn Date.now() })()`
        const deterministic = { seed, epochMs }
        expect(await runOnce(source, { variant, deterministic })).toBe(await runOnce(source, { variant, deterministic }))
        const copied = await runOnce(source, { variant, deterministic, image })
        expect(await runOnce(source, { variant, deterministic, image })).toBe(copied)
      }),
      { numRuns: process.env['LOOPWRIGHT_LONG'] === '1' ? 400 : 12 },
    )
  })

  test('S-8 another seed gives other numbers, and time begins where it was told to', async () => {
    const at = (seed: number, epochMs: number): Promise<string> =>
      runOnce('[Math.random(), Date.now(), new Date().getTimezoneOffset()]', { variant, deterministic: { seed, epochMs } })
    const [a, b] = [JSON.parse(await at(1, 5000)), JSON.parse(await at(2, 5000))]
    expect(a.value[0]).not.toBe(b.value[0])
    expect(a.value.slice(1)).toEqual([5000, 0])
  })

  test('S-8 a program far from trivial has the recorded digest, on every platform and version', async () => {
    const source = `(async () => {
      const words = []
      for (let i = 0; i < 200; i++) words.push(Math.random().toString(36).slice(2))
      for (const word of words.sort()) console.log(word)
      await new Promise((done) => setTimeout(done, 20_000))
      return [Date.now(), await answer('x'), words.length]
    })()`
    const { lines, value } = JSON.parse(
      await runOnce(source, { variant, deterministic: { seed: 42, epochMs: 1_700_000_000_000 } }),
    )
    expect(value).toEqual([1_700_000_020_000, ['x'], 200])
    const digest = createHash('sha256').update(lines.join('')).digest('hex').slice(0, 16)
    expect(digest).toBe('22531eefa75497df')
  })
})

test('S-8 a limit of real time fails a deterministic run', async () => {
  const loop = new FakeLoop()
  const sandbox = await Sandbox.create({
    loop,
    engine: await sharedEngine(),
    deterministic: { seed: 1 },
    limits: { operationMs: 20, hardMs: 10_000 },
  })
  expect(await settled(loop, sandbox.run('for (;;);'))).toMatchObject({
    error: { code: 'ERR_NONDETERMINISTIC_STOP', cause: { code: 'ERR_LIMIT_OPERATION' } },
  })
  expect(sandbox.state).toBe('condemned')
})

test('S-8 a limit that is counted stops a deterministic run at the same place each time', async () => {
  const run = async (): Promise<unknown> => {
    const loop = new FakeLoop()
    const lines: string[] = []
    const sandbox = await Sandbox.create({
      loop,
      engine: await sharedEngine(),
      deterministic: { seed: 1 },
      limits: { maxJobsPerDrain: 500 },
      console: { write: (_stream, text) => lines.push(text) },
    })
    const flood = 'let n = 0; const f = () => { console.log(++n); queueMicrotask(f) }; f()'
    const outcome = await settled(loop, sandbox.run(flood))
    expect(outcome).toMatchObject({ error: { code: 'ERR_LIMIT_JOBS' } })
    return lines.length
  }
  expect(await run()).toBe(await run())
})

test('S-8 each lease of a deterministic pool begins alike', async () => {
  const { pool, loop } = await openPool(await makeImage(), { deterministic: { seed: 9, epochMs: 77 } })
  const seen = new Set<string>()
  for (let i = 0; i < 4; i++)
    seen.add(
      JSON.stringify(
        await settled(
          loop,
          pool.use((sandbox) => sandbox.run('[Math.random(), Date.now(), performance.now()]')),
        ),
      ),
    )
  expect(seen.size).toBe(1)
  expect([...seen][0]).toContain(',77,0]')
})

test('S-8 wrong options are refused', async () => {
  const [loop, engine] = [new FakeLoop(), await sharedEngine()]
  const open = (options: Partial<Parameters<typeof Sandbox.create>[0]>): Promise<Sandbox> =>
    Sandbox.create({ loop, engine, ...options })
  await expect(open({ deterministic: { seed: 0.5 } })).rejects.toThrow('deterministic.seed must be a safe integer, got 0.5')
  await expect(open({ deterministic: { seed: 1, epochMs: 9e15 } })).rejects.toThrow('deterministic.epochMs')
  await expect(open({ deterministic: { seed: 1 }, clock: 'monotonic' })).rejects.toThrow('clock must be "loop"')
  await expect(open({ noEval: true })).rejects.toThrow('noEval needs hardened')
})
