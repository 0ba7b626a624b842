// Processes killed at random instants, on every engine: what is there after the last resume is what an undisturbed run leaves.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { EngineName, TestDatabase } from './engines.ts'
import { isHere, testEngines } from './engines.ts'

const LONG = process.env['LOOPWRIGHT_LONG'] === '1'
const DIST = join(import.meta.dirname, '../dist/index.js')
const engines = testEngines()

/** A circle that is loaded by NULL and a later UPDATE where references are enforced, and rows enough for several commits. */
const SOURCE = `CREATE TABLE department (id INTEGER PRIMARY KEY, name TEXT NOT NULL, head_id INTEGER REFERENCES person (id));
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, department_id INTEGER NOT NULL REFERENCES department (id), mentor_id INTEGER REFERENCES person (id));
CREATE TABLE visit (person_id INTEGER NOT NULL REFERENCES person (id), line INTEGER NOT NULL, note TEXT, PRIMARY KEY (person_id, line));
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO department SELECT i * 2, 'department ' || i, i * 3 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2400) INSERT INTO person SELECT i * 3, 'person ' || i, (1 + i % 1200) * 2, CASE WHEN i % 7 > 0 THEN (1 + (i * 31) % 2400) * 3 END FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO visit SELECT (1 + i % 700) * 3, i, 'visit ' || i FROM n`

/** Rows with what they refer to, by names, so that they are told apart whatever their keys. */
const CONTENT = [
  'SELECT d.name, h.name FROM department AS d LEFT JOIN person AS h ON h.id = d.head_id ORDER BY d.name',
  'SELECT p.name, d.name, m.name FROM person AS p JOIN department AS d ON d.id = p.department_id LEFT JOIN person AS m ON m.id = p.mentor_id ORDER BY p.name',
  'SELECT p.name, v.line, v.note FROM visit AS v JOIN person AS p ON p.id = v.person_id ORDER BY v.line',
]
const KEYS = ['SELECT id, head_id FROM department ORDER BY id', 'SELECT id, mentor_id FROM person ORDER BY id']

/** Goes on with the run that is there, or begins one; ends when the destination is complete. */
const PROGRAM = `
const { planExport, resumeExport, runExport, verifyExport } = await import(${JSON.stringify(pathToFileURL(DIST).href)})
const [source, destination, keys, references, tables = 'visit,department,person', workDir] = process.argv.slice(1)
const transform = { identity: 'slow', tables: Object.fromEntries(tables.split(',').filter((name) => name !== 'department').map((name) => [name, { reads: [], writes: [] }])), transform: async ({ rows }) => { await new Promise((go) => setTimeout(go, 2)); return rows } }
const spill = workDir === undefined ? {} : { keyMemoryBytes: 1024 * 1024, workDir }
const options = { source, destination, commitRows: 1000, batchRows: tables === 'account' ? 2000 : 150, transform, ...spill }
const isNot = (error, ...codes) => { if (!codes.includes(error.code)) throw error }
async function known() {
  try { return (await verifyExport({ destination })).checks.filter(({ name }) => /^run .* complete$/.test(name)) } catch (error) { isNot(error, 'ERR_EXPORT_CONFIG'); return [] }
}
async function go() {
  try { await resumeExport(options); process.stdout.write(', resumed'); return } catch (error) { isNot(error, 'ERR_EXPORT_JOURNAL', 'ERR_EXPORT_CONFIG') }
  if ((await known()).length > 0) return
  const plan = await planExport({ source, counts: false, keys, roots: tables.split(',').map((table) => ({ table })), ...spill })
  await runExport(plan, { ...options, createTables: true, references })
}
process.stdout.write('begun')
for (let tries = 0; ; tries++) {
  try { await go(); break } catch (error) {
    // a server notices the death of the process before a moment later
    if (error.code !== 'ERR_EXPORT_LOCKED' || tries > 200) throw error
    await new Promise((go) => setTimeout(go, 50))
  }
}`

interface Place {
  readonly url: string
  contents(keys: string): Promise<unknown>
  dispose(): Promise<void>
}

/** PGlite lives in a directory here: only there something outlives its process. */
async function place(engine: EngineName): Promise<Place> {
  const read = async (keys: string, rows: TestDatabase['rows']): Promise<unknown> => {
    const all: unknown[] = []
    for (const sql of keys === 'keep' ? [...CONTENT, ...KEYS] : CONTENT) all.push(await rows(sql))
    return all
  }
  if (engine !== 'pglite') {
    const there = await engines.make(engine)
    return { url: there.url ?? '', contents: (keys) => read(keys, there.rows), dispose: there.dispose }
  }
  const folder = mkdtempSync(join(tmpdir(), 'sql-export-kill-'))
  const contents = async (keys: string): Promise<unknown> => {
    const instance = await PGlite.create(join(folder, 'db'))
    try {
      return await read(keys, async (sql) => {
        const { rows } = await instance.query<unknown[]>(sql, [], { rowMode: 'array' })
        return rows.map((row) => row.map((cell) => (cell === null ? null : String(cell))))
      })
    } finally {
      await instance.close()
    }
  }
  return { url: `pglite:${join(folder, 'db')}`, contents, dispose: async () => rmSync(folder, { recursive: true, force: true }) }
}

interface Attempt {
  /** `null` if it was killed. */
  readonly code: number | null
  /** Whether it went on with what another had begun, to the end. */
  readonly hasResumed: boolean
}

/** @param afterMs - when the process is killed, counted from its first word. */
function attempt(args: readonly string[], afterMs: number | undefined): Promise<Attempt> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (said === '' && afterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), afterMs)
      said += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, hasResumed: said.endsWith('resumed') }))
  })
}

beforeAll(() => {
  if (!existsSync(DIST)) throw new Error('build the package first')
})

const CASES: readonly (readonly [EngineName, number])[] = [
  ['sqlite', 4],
  ['postgres', 4],
  ['mariadb', 4],
  ['pglite', 1],
]

for (const [engine, sample] of CASES) {
  const kills = LONG ? 100 : sample
  test(`R-1 R-3 L-5 killed at ${kills} random instants, resumed, and as if nothing had been: ${engine}`, {
    timeout: 3_600_000,
  }, async (context) => {
    if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
    const begunAtMs = performance.now()
    const here = await engines.make('sqlite')
    await here.run([SOURCE])
    const undisturbed = new Map<string, { readonly contents: unknown; readonly ms: number }>()
    const whole = async (keys: string, references: string): Promise<{ readonly contents: unknown; readonly ms: number }> => {
      const known = undisturbed.get(`${keys} ${references}`)
      if (known !== undefined) return known
      const there = await place(engine)
      try {
        const startedAtMs = performance.now()
        expect(await attempt([here.url ?? '', there.url, keys, references], undefined)).toMatchObject({ code: 0 })
        const made = { contents: await there.contents(keys), ms: performance.now() - startedAtMs }
        undisturbed.set(`${keys} ${references}`, made)
        return made
      } finally {
        await there.dispose()
      }
    }
    try {
      let killed = 0
      let resumed = 0
      const [draws = []] = fc.sample(
        fc.array(
          fc.record({
            share: fc.noBias(fc.integer({ min: 0, max: 1000 })).map((n) => n / 1000),
            keys: fc.constantFrom('keep', 'remap'),
            references: fc.constantFrom('auto', 'enforced'),
          }),
          { minLength: kills * 8, maxLength: kills * 8, size: 'max' },
        ),
        1,
      )
      for (let at = 0; killed < kills && at < draws.length; ) {
        const { keys = 'keep', references = 'auto' } = draws[at] ?? {}
        const expected = await whole(keys, references)
        const there = await place(engine)
        try {
          // two deaths, and then nobody disturbs it
          for (const isLast of [false, false, true]) {
            const afterMs = isLast ? undefined : (draws[at++]?.share ?? 0) * expected.ms
            const { code, hasResumed } = await attempt([here.url ?? '', there.url, keys, references], afterMs)
            if (hasResumed) resumed++
            if (code === null) killed++
            else expect(code).toBe(0)
            if (code === 0) break
          }
          expect(await there.contents(keys)).toEqual(expected.contents)
        } finally {
          await there.dispose()
        }
      }
      expect(killed).toBeGreaterThanOrEqual(kills)
      if (!LONG) return
      expect(resumed, 'runs that went on after a death').toBeGreaterThan(10)
      const seconds = ((performance.now() - begunAtMs) / 1000).toFixed(1)
      process.stderr.write(`long: ${engine}: ${killed} kills, ${resumed} runs went on after one, ${seconds} s\n`)
    } finally {
      await here.dispose()
    }
  })
}

/** Keys of more than the least budget, so that they go to a file in the closure of each attempt. */
const ACCOUNTS = `CREATE TABLE account (id TEXT PRIMARY KEY NOT NULL, referred_by TEXT REFERENCES account (id), note TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 15000) INSERT INTO account SELECT printf('%032x-%d', i * 7919, i), CASE WHEN i > 1 THEN printf('%032x-%d', i / 2 * 7919, i / 2) END, 'note ' || i FROM n`

test(`R-1 K-4 killed while keys are in a file, at ${LONG ? 100 : 3} random instants: resumed, and no file is left`, {
  timeout: 3_600_000,
}, async () => {
  const here = await engines.make('sqlite')
  const workDir = mkdtempSync(join(tmpdir(), 'sql-export-spill-'))
  const digest = 'SELECT count(*), count(referred_by), sum(length(id)), min(note), max(note) FROM account'
  const orphans =
    'SELECT count(*) FROM account AS a WHERE referred_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM account AS p WHERE p.id = a.referred_by)'
  try {
    await here.run([ACCOUNTS])
    const expected = await here.rows(digest)
    const startedAtMs = performance.now()
    let wholeMs = 0
    const shares = fc.sample(
      fc.noBias(fc.integer({ min: 0, max: 1000 })).map((n) => n / 1000),
      LONG ? 400 : 40,
    )
    let killed = 0
    let hadFile = false
    for (let at = 0; killed < (LONG ? 100 : 3) && at < shares.length; ) {
      const there = await engines.make('sqlite')
      try {
        // the first run is left alone, and says how long one takes
        for (const isLast of wholeMs === 0 ? [true] : [false, false, true]) {
          const afterMs = isLast ? undefined : (shares[at++] ?? 0) * wholeMs
          const { code } = await attempt([here.url ?? '', there.url ?? '', 'keep', 'auto', 'account', workDir], afterMs)
          hadFile ||= code === null && readdirSync(workDir).length > 0
          if (code === null) killed++
          else expect(code).toBe(0)
          if (code === 0) break
        }
        if (wholeMs === 0) wholeMs = performance.now() - startedAtMs
        expect([await there.rows(digest), await there.rows(orphans)]).toEqual([expected, [['0']]])
        expect(readdirSync(workDir)).toEqual([])
      } finally {
        await there.dispose()
      }
    }
    expect(killed).toBeGreaterThanOrEqual(LONG ? 100 : 3)
    if (LONG) expect(hadFile, 'a kill left a file').toBe(true)
  } finally {
    rmSync(workDir, { recursive: true, force: true })
    await here.dispose()
  }
})
