// What a page asks of guests. The same functions run in Node, and must come to the same there.
import { EventLoop, VirtualHost } from '@loopwright/eventloop'
import { Image, isJsAdapterError, Sandbox, SandboxPool } from '@loopwright/js-adapter'
import type { Engine, SandboxLimits, SandboxOptions } from '@loopwright/js-adapter'
import { Adapter, Runtime } from '@loopwright/js-adapter/goja'

export type OpenEngine = (variant?: 'ng' | 'bellard') => Promise<Engine>

const inline: SandboxLimits = { hardMs: false, operationMs: 60_000 }

const codeOf = (error: unknown): string => (isJsAdapterError(error) ? error.code : String(error))

interface Opened extends AsyncDisposable {
  readonly loop: EventLoop
  readonly host: VirtualHost
  readonly lines: string[]
  open(options?: Partial<SandboxOptions>): Promise<Sandbox>
}
function openLoop(engine: Engine): Opened {
  const host = new VirtualHost()
  const loop = new EventLoop({ host })
  void loop.run()
  const lines: string[] = []
  return {
    loop,
    host,
    lines,
    open: (options) =>
      Sandbox.create({
        mode: 'inline',
        loop,
        engine,
        clock: 'loop',
        limits: inline,
        console: { write: (stream, text) => void lines.push(`${stream}: ${text}`) },
        ...options,
      }),
    [Symbol.asyncDispose]: async () => void (await loop.close()),
  }
}

/** Ticks, jobs, timers, immediates and host calls, in the order of the profile. */
export async function order(openEngine: OpenEngine, variant: 'ng' | 'bellard'): Promise<unknown> {
  await using opened = openLoop(await openEngine(variant))
  const sandbox = await opened.open()
  sandbox.expose('double', async (n: number) => n * 2)
  const done = sandbox.run(`
    setTimeout(() => console.log('timeout 10'), 10)
    setTimeout(() => console.log('timeout 0'))
    setImmediate(() => console.log('immediate'))
    Promise.resolve().then(() => console.log('job'))
    queueMicrotask(() => console.log('microtask'))
    process.nextTick(() => console.log('tick'))
    console.log('%s %o', 'script', { nested: [1, -0, 'ä €', new Map([[1, new Set([2])]])] })
    new Promise((resolve) => setTimeout(resolve, 5)).then(() => double(21)).then((n) => { console.log('host', n); return n })
  `)
  await opened.host.advanceBy(1000)
  return [await done, opened.lines]
}

/** The endless operation is stopped; the sandbox and its other timers live. */
export async function softLimit(openEngine: OpenEngine): Promise<unknown> {
  await using opened = openLoop(await openEngine())
  const sandbox = await opened.open({ limits: { hardMs: false, operationMs: 1000, maxJobsPerDrain: 2 ** 31 - 1 } })
  await sandbox.run(
    'globalThis.beats = 0; setInterval(() => { beats++ }, 100); function hang() { try { for (;;); } finally { beats = -1 } }',
  )
  const stopped = await sandbox.call('hang').then(String, codeOf)
  const jobs = await sandbox.run('(async () => { for (;;) await 0 })()').then(String, codeOf)
  await opened.host.advanceBy(1000)
  return [stopped, jobs, sandbox.get('beats'), sandbox.state]
}

/** What ends in the guest's own error, wherever the host runs. */
export async function exhaustion(openEngine: OpenEngine, variant: 'ng' | 'bellard'): Promise<unknown> {
  await using opened = openLoop(await openEngine(variant))
  const sources = [
    'function f(n) { return 1 + f(n + 1) } f(0)',
    "eval('('.repeat(1e5) + '1' + ')'.repeat(1e5))",
    "JSON.parse('['.repeat(1e6) + ']'.repeat(1e6))",
    '[1].map(function g(x) { return [x].map(g) })',
    'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x',
    "'x'.repeat(1e9)",
  ]
  const seen: unknown[] = []
  for (const source of sources) {
    const sandbox = await opened.open({ limits: inline })
    const name = await sandbox.run(`try { ${source}; 'ended' } catch (error) { error.name }`).then(String, codeOf)
    seen.push([name, await sandbox.run('6 * 7').then(Number, codeOf)])
    sandbox.close()
  }
  const filler = await opened.open({ limits: { ...inline, memoryBytes: 8 * 2 ** 20 } })
  seen.push(await filler.run('const all = []; for (;;) all.push(new Uint8Array(65536))').then(String, codeOf), filler.state)
  return seen
}

/** Values of every kind there and back, texts with units that no decoder of the platform keeps. */
export async function values(openEngine: OpenEngine): Promise<unknown> {
  await using opened = openLoop(await openEngine())
  const sandbox = await opened.open()
  sandbox.set('given', {
    bytes: Uint8Array.of(0, 128, 255),
    when: new Date(86_400_000),
    big: 2n ** 70n,
    list: [undefined, null, Number.NaN],
  })
  const back = (await sandbox.run(`({ given,
    latin: String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i)), lone: 'a\\ud800b'.repeat(20), wide: '\\u20ac😀'.repeat(5000),
    rows: Array.from({ length: 3000 }, (_, id) => ({ id, name: 'row ' + id, ratio: id / 7, note: id % 2 ? 'é'.repeat(30) : null })) })`)) as {
    given: { bytes: Uint8Array; when: Date; big: bigint; list: unknown[] }
    latin: string
    lone: string
    wide: string
    rows: { id: number; name: string; ratio: number; note: string | null }[]
  }
  const units = (text: string): string => Array.from(text, (_, at) => text.charCodeAt(at).toString(16)).join()
  const { given } = back
  return {
    given: [Array.from(given.bytes), given.when.toISOString(), String(given.big), given.list.map(String)],
    latin: units(back.latin),
    lone: Array.from({ length: back.lone.length }, (_, at) => back.lone.charCodeAt(at).toString(16)).join(),
    wide: [back.wide.length, back.wide.slice(0, 6)],
    rows: [back.rows.length, back.rows[2999], back.rows.reduce((sum, { id }) => sum + id, 0)],
  }
}

/** What a deterministic sandbox prints, and what an audit records of it: the same bytes wherever the host runs. */
export async function deterministic(openEngine: OpenEngine): Promise<unknown> {
  await using opened = openLoop(await openEngine())
  const records: string[] = []
  const sandbox = await opened.open({
    hardened: true,
    deterministic: { seed: 7, epochMs: 1_900_000_000_000 },
    limits: inline,
    audit: { write: (record) => void records.push(JSON.stringify(record)) },
  })
  const value = await sandbox.run(`console.log(Math.random(), crypto.randomUUID(), new Date().toString(), 'ä')
    Array.from(crypto.getRandomValues(new Uint8Array(8)))`)
  sandbox.close()
  return [value, opened.lines, records]
}

/** Randomness of the platform: enough, and another each time. */
export async function randomness(openEngine: OpenEngine): Promise<unknown> {
  await using opened = openLoop(await openEngine())
  const draw = 'new Set([crypto.randomUUID(), Math.random(), ...crypto.getRandomValues(new BigUint64Array(8192))]).size'
  const one = await opened.open()
  const uuid = 'crypto.randomUUID()'
  const other = await opened.open()
  return [
    await one.run(draw),
    (await one.run(uuid)) !== (await other.run(uuid)),
    (await one.run('Math.random()')) !== (await other.run('Math.random()')),
  ]
}

/** Leases of an image: what one tenant left is gone for the next, and a memory is used again. */
export async function pool(openEngine: OpenEngine, saved?: ArrayLike<number>): Promise<unknown> {
  const engine = await openEngine()
  await using opened = openLoop(engine)
  const prelude = 'function main(n) { globalThis.seen = (globalThis.seen ?? 0) + n; return seen }'
  const image =
    saved === undefined ? await Image.create({ engine, prelude }) : await Image.load(Uint8Array.from(saved), { engine })
  await using made = await SandboxPool.create({ loop: opened.loop, image, size: 2, limits: inline })
  const answers: unknown[] = []
  for (let n = 1; n <= 6; n++)
    answers.push(
      await made.use(async (sandbox) => {
        const before = await sandbox.run('typeof secret')
        await sandbox.run("globalThis.secret = 'marker'.repeat(100000)")
        return [await sandbox.call('main', [n]), before]
      }),
    )
  const { leases, resets, replaced } = made.stats()
  return { answers, leases, resets, replaced, identity: image.identity }
}

/** The other face: values by reference, interrupts, frames. */
export async function goja(openEngine: OpenEngine): Promise<unknown> {
  await using opened = openLoop(await openEngine())
  using runtime = await Runtime.create({ engine: await openEngine() })
  new Adapter(opened.loop, runtime, { clock: 'loop', lifecycle: 'service' }).bind()
  runtime.set('twice', (n: number) => n * 2)
  const sum = runtime.runString('[1, 2, 3].reduce((a, b) => a + twice(b), 0)')
  runtime.runString("globalThis.late = []; setTimeout(() => late.push('timer'), 50)")
  await opened.host.advanceBy(100)
  const late = runtime.runString("late.join() + '/' + new URL('http://bücher.example/ä?q=1').href")
  const failed = runtime.try(() => runtime.runScript('failing.js', 'null.x'))
  return [sum, late, 'exception' in failed ? [failed.exception.guestName, failed.exception.frames[0]?.fileName] : failed.value]
}

/** Each enters its native at once: nothing before it may take so long that the soft limit comes first. */
const NATIVES = [
  "new Array(1e9).join('x')",
  'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 9)',
  'Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 0, 1)',
  'Promise.resolve().then(() => Array.prototype.reverse.call({ length: 2 ** 53 - 1 }))',
]

/** Natives that ask no soft limit are ended by the hard one, where nothing can end them from outside; neighbours and later guests go on. */
export async function hardLimit(openEngine: OpenEngine, variant: 'ng' | 'bellard'): Promise<unknown> {
  const engine = await openEngine(variant)
  await using opened = openLoop(engine)
  const limits: SandboxLimits = { operationMs: 200, hardMs: 400 }
  const neighbour = await opened.open({ limits })
  await neighbour.run('globalThis.kept = 1')
  const seen: unknown[] = [engine.capabilities.metered]
  for (const native of NATIVES) {
    const sandbox = await opened.open({ limits })
    seen.push([await sandbox.run(native).then(String, codeOf), sandbox.state])
  }
  const image = await Image.create({ engine, prelude: 'function main(n) { return n * 2 }' })
  const pool = await SandboxPool.create({ loop: opened.loop, image, size: 1, clock: 'loop', limits })
  const hung = await pool.use((sandbox) => sandbox.run(NATIVES[0] ?? '')).then(String, codeOf)
  seen.push([hung, await pool.use((sandbox) => sandbox.call('main', [21]))])
  pool.close()
  // A function of the host's inside the guest is not cut: the guest is ended once it has returned.
  const held = await opened.open({ limits })
  held.expose('hold', {
    sync: () => {
      const untilMs = performance.now() + 500
      while (performance.now() < untilMs);
    },
  })
  seen.push([await held.run('hold(); [1].join()').then(String, codeOf), await neighbour.run('kept + 1')])
  return seen
}

/** What only Node can do is refused, each by its code. */
export async function refused(openEngine: OpenEngine, openUnmetered: OpenEngine): Promise<unknown> {
  await using opened = openLoop(await openEngine())
  const { loop } = opened
  const engine = await openUnmetered()
  const { Engine: Loader } = await import('@loopwright/js-adapter')
  const attempts: readonly (() => Promise<unknown>)[] = [
    () => Sandbox.create({ loop, engine }),
    () => Sandbox.create({ loop, engine, limits: { hardMs: 1000 } }),
    () => SandboxPool.create({ loop, engine, size: 1 }),
    () => Sandbox.create({ mode: 'worker', loop }),
    () => SandboxPool.create({ mode: 'worker', loop, size: 1 }),
    () => Loader.load(),
    () => Loader.load({ source: { loader: {}, wasm: new Uint8Array(8) } }),
    () => Loader.load({ source: { loader: () => {}, wasm: '/missing.wasm' } }),
    () => Loader.load({ breakOnSigint: true }),
  ]
  const codes: string[] = []
  for (const attempt of attempts) codes.push(await attempt().then(() => 'opened', codeOf))
  return codes
}
