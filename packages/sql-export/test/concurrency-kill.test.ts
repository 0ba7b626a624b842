// Processes killed at random instants while several connections write: what is there after the last resume is what an undisturbed run leaves.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { EngineName } from './engines.ts'
import { isHere, testEngines } from './engines.ts'
import { FOUR_TABLES, ROWS, TABLES, contentOf, rowsOf } from './four-tables.ts'

const LONG = process.env['LOOPWRIGHT_LONG'] === '1'
const KILLS = LONG ? 100 : 2
const DIST = join(import.meta.dirname, '../dist/index.js')
const engines = testEngines()

/** Of a row: pages of 1000 rows are then more than the least `bufferBytes`. */
const WIDTH = 1500

interface Attempt {
  readonly keys: 'keep' | 'remap'
  readonly concurrency: number
  readonly batchRows: number
  readonly bufferBytes: number
  /** When it is killed: as a share of the time that an undisturbed run takes. */
  readonly share: number
}

/** Goes on with the run that is there, or begins one; ends when the destination is complete. */
const PROGRAM = `
const { planExport, resumeExport, runExport, verifyExport } = await import(${JSON.stringify(pathToFileURL(DIST).href)})
const { source, destination, keys, concurrency, batchRows, bufferBytes } = JSON.parse(process.argv[1])
// most of the time passes between the first commit of a load and its last: there deaths are to come
const tables = Object.fromEntries(${JSON.stringify(TABLES)}.map((name) => [name, { reads: [], writes: [] }]))
const transform = { identity: 'slow', tables, transform: async ({ rows }) => { await new Promise((go) => setTimeout(go, 60)); return rows } }
const options = { source, destination, concurrency, batchRows, bufferBytes, commitRows: 1000, transform }
const isNot = (error, ...codes) => { if (!codes.includes(error.code)) throw error }
async function known() {
  try { return (await verifyExport({ destination })).checks.filter(({ name }) => /^run .* complete$/.test(name)) } catch (error) { isNot(error, 'ERR_EXPORT_CONFIG'); return [] }
}
async function go() {
  try { await resumeExport(options); return } catch (error) { isNot(error, 'ERR_EXPORT_JOURNAL', 'ERR_EXPORT_CONFIG') }
  if ((await known()).length > 0) return
  const roots = ${JSON.stringify(TABLES.map((table) => ({ table })))}
  await runExport(await planExport({ source, destination, counts: false, keys, roots }), options)
}
process.stdout.write('begun')
for (let tries = 0; ; tries++) {
  try { await go(); break } catch (error) {
    // a server notices the death of the process before a moment later
    if (error.code !== 'ERR_EXPORT_LOCKED' || tries > 400) throw error
    await new Promise((go) => setTimeout(go, 50))
  }
}`

/** @param afterMs - when the process is killed, counted from its first word. @returns its exit code, `null` if it was killed, and its time. */
function attempt(given: object, afterMs: number | undefined): Promise<{ readonly code: number | null; readonly ms: number }> {
  let begunAtMs = 0
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', PROGRAM, JSON.stringify(given)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout.once('data', () => {
      begunAtMs = performance.now()
      if (afterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), afterMs)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ms: performance.now() - begunAtMs }))
  })
}

beforeAll(() => {
  if (!existsSync(DIST)) throw new Error('build the package first')
})

const ATTEMPT = fc.record({
  keys: fc.constantFrom('keep' as const, 'remap' as const),
  concurrency: fc.integer({ min: 2, max: 4 }),
  batchRows: fc.constantFrom(100, 1000),
  bufferBytes: fc.constantFrom(1024 * 1024, 16 * 1024 * 1024),
  share: fc.noBias(fc.integer({ min: 0, max: 1000 })).map((n) => n / 1000),
})

const PAIRS: readonly (readonly [EngineName, EngineName])[] = [
  ['sqlite', 'postgres'],
  ['postgres', 'postgres'],
  ['sqlite', 'mariadb'],
  ['mariadb', 'mariadb'],
]

for (const [from, to] of PAIRS)
  test(`Q-3 R-1 R-3 killed at ${KILLS} random instants with several writers, resumed, and as if nothing had been: ${from} to ${to}`, {
    timeout: 3_600_000,
  }, async (context) => {
    for (const engine of [from, to]) if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
    const here = await engines.make(from)
    await here.run([...FOUR_TABLES, ...TABLES.map((table) => rowsOf(table, WIDTH))])
    const carry = async (keys: Attempt['keys'], deaths: readonly Attempt[], wholeMs: number, last: Attempt) => {
      const there = await engines.make(to)
      let killed = 0
      let midway = 0
      try {
        await there.run(FOUR_TABLES)
        const urls = { source: here.url, destination: there.url }
        for (const death of deaths) {
          const { code } = await attempt({ ...death, ...urls, keys }, death.share * wholeMs)
          if (code === null) killed++
          else expect(code).toBe(0)
          if (code === 0) break
          const [[rows] = []] = await there.rows(`SELECT ${TABLES.map((table) => `(SELECT count(*) FROM ${table})`).join(' + ')}`)
          if (Number(rows) > 0 && Number(rows) < ROWS * TABLES.length) midway++
        }
        // nobody disturbs it, and it may be alone
        const calm = { ...last, concurrency: killed === 1 ? 1 : last.concurrency }
        const { code, ms } = await attempt({ ...calm, ...urls, keys }, undefined)
        expect(code).toBe(0)
        return { content: await contentOf(there), killed, midway, ms }
      } finally {
        await there.dispose()
      }
    }
    try {
      const draws = fc.sample(ATTEMPT, KILLS * 12)
      const whole = new Map<Attempt['keys'], { readonly content: unknown; readonly ms: number }>()
      let midway = 0
      for (let at = 0, killed = 0; killed < KILLS; at += 3) {
        const [first, second, last] = draws.slice(at, at + 3)
        if (first === undefined || second === undefined || last === undefined)
          throw new Error(`${killed} deaths in ${at} attempts`)
        const { keys } = first
        const { content, ms } = whole.get(keys) ?? (await carry(keys, [], 0, { ...last, concurrency: 3 }))
        whole.set(keys, { content, ms })
        const after = await carry(keys, [first, second], ms, last)
        expect(after.content).toEqual(content)
        killed += after.killed
        midway += after.midway
      }
      if (LONG) expect(midway, 'deaths between two commits of a load').toBeGreaterThan(10)
    } finally {
      await here.dispose()
    }
  })
