// The guides' own commands, run from the pages; and exports by the users whose rights a page grants.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { RowTransformer } from '../src/index.ts'
import { planExport, resumeExport, runExport, verifyExport } from '../src/index.ts'
import { testFolder } from './database.ts'
import type { EngineName, TestDatabase } from './engines.ts'
import { ENGINE_NAMES, isHere, testEngines } from './engines.ts'
import type { SetTable } from './matrix/data-sets.ts'
import { DATA_SETS } from './matrix/data-sets.ts'
import { statements } from './matrix/render.ts'

const CLI = join(import.meta.dirname, '../dist/cli.js')
const DOCS = join(import.meta.dirname, '../../../docs')
const SHOP = DATA_SETS['shop'] ?? []
const engines = testEngines()

interface Block {
  readonly language: string
  /** What stands after the language: a file's name, or `setup` and `ignore`, which are not run. */
  readonly info: string
  readonly text: string
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(DOCS, page), 'utf8')
  return [...text.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(([, language = '', info = '', body = '']) => ({
    language,
    info,
    text: body,
  }))
}

beforeAll(() => {
  if (!existsSync(CLI)) throw new Error('build the package first')
})

const PAGES = ['export-production-copy.md', 'export-masks.md'] as const
for (const page of PAGES)
  for (const engine of ENGINE_NAMES.filter((name) => name !== 'pglite'))
    test(`the commands of ${page} do what it says: ${engine}`, { timeout: 120_000 }, async (context) => {
      if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
      const here = await engines.make(engine)
      const there = await engines.make(engine)
      try {
        await here.run(statements(engine, SHOP))
        const folder = testFolder()
        const blocks = blocksOf(page)
        for (const { language, info, text } of blocks) if (language === 'json') writeFileSync(join(folder, info), text)
        const script = blocks.filter(({ language, info }) => language === 'sh' && info === '').map(({ text }) => text)
        expect(script.length).toBeGreaterThan(0)
        const env = {
          ...process.env,
          SOURCE: here.url,
          COPY: there.url,
          CLI,
          NODE: process.execPath,
          SQL_EXPORT_MASK_KEY: randomBytes(32).toString('hex'),
          NODE_NO_WARNINGS: '1',
        }
        const program = `set -eu\nnpx() { [ "$1" = sql-export ]; shift; "$NODE" "$CLI" "$@"; }\n${script.join('\n')}`
        const { status, stderr, stdout } = spawnSync('bash', ['-c', program], {
          cwd: folder,
          env,
          encoding: 'utf8',
          timeout: 100_000,
        })
        expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
        if (page !== 'export-production-copy.md') return
        expect(stdout).toMatch(
          /rows in 5 tables[\s\S]*orders: 20 rows[\s\S]*verified: \d+ checks passed\nverified: \d+ checks passed\n$/,
        )
        expect(await there.rows("SELECT count(*) FROM orders WHERE note IS NOT NULL AND note <> 'a note'")).toEqual([['0']])
        expect(await there.rows("SELECT count(*) FROM customer WHERE email LIKE '%shop.example'")).toEqual([['0']])
        expect(readFileSync(join(folder, 'plan.mmd'), 'utf8')).toMatch(/^flowchart LR\n/)
      } finally {
        await there.dispose()
        await here.dispose()
      }
    })

/** A user of its own, as the page grants it. Roles belong to the whole server, so names are this test's. */
async function grant(page: string, engine: EngineName, side: 'source' | 'destination', database: TestDatabase): Promise<string> {
  const block = blocksOf(page).find(({ language, info }) => language === 'sql' && info === `${engine}-${side}`)
  if (block === undefined) throw new TypeError(`no block ${engine}-${side} in ${page}`)
  const url = new URL(database.url ?? '')
  const user = `export_${side}_${randomBytes(5).toString('hex')}`
  const schema = url.searchParams.get('schema') ?? 'public'
  const sql = block.text
    .replaceAll(/export_(reader|writer)/g, user)
    .replaceAll(/SCHEMA public/g, `SCHEMA ${schema}`)
    .replaceAll(/\bshop\./g, `${url.pathname.slice(1)}.`)
  await database.run([sql.trim().replace(/;$/, '')])
  onTestFinished(() =>
    database.run(engine === 'postgres' ? [`DROP OWNED BY ${user}`, `DROP ROLE ${user}`] : [`DROP USER '${user}'@'%'`]),
  )
  url.username = user
  url.password = 'secret'
  return url.href
}

const CIRCLE = (DATA_SETS['deep cycles'] ?? []).filter(({ name }) => name === 'department' || name === 'person')
const BIG: SetTable = {
  name: 'big',
  columns: { id: 'key', note: 'text' },
  primary: ['id'],
  unique: [],
  references: [],
  rows: Array.from({ length: 2500 }, (_, i) => [i + 1, `note ${i}`]),
}

for (const engine of ['postgres', 'mariadb'] as const)
  for (const references of ['auto', 'enforced'] as const)
    test(`Z-3 Z-4 the rights that the page grants are enough: ${engine}, ${references}`, {
      timeout: 120_000,
    }, async (context) => {
      if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
      const here = await engines.make(engine)
      const there = await engines.make(engine)
      onTestFinished(() => there.dispose())
      onTestFinished(() => here.dispose())
      const tables = [...SHOP, ...CIRCLE, BIG]
      await here.run(statements(engine, tables))
      await there.run(
        statements(
          engine,
          tables.map((table) => ({ ...table, rows: [] })),
        ),
      )
      const source = await grant('export-rights.md', engine, 'source', here)
      const destination = await grant('export-rights.md', engine, 'destination', there)
      const roots = ['shipment', 'order_item', 'person', 'big'].map((table) => ({ table }))
      const failingAfter = (batches: number): RowTransformer => ({
        identity: 'one',
        tables: { big: { reads: [], writes: [] } },
        transform: ({ rows }) => (batches-- > 0 ? rows : Promise.reject(new Error('enough'))),
      })
      const plan = await planExport({ source, destination, roots, references })
      const run = { source, destination, commitRows: 1000, batchRows: 200 }
      await expect(runExport(plan, { ...run, transform: failingAfter(8) })).rejects.toMatchObject({
        code: 'ERR_EXPORT_TRANSFORM',
      })
      const transform = failingAfter(1e9)
      const { tables: reports } = await resumeExport({ ...run, transform })
      expect(reports.find(({ table }) => table === 'big')?.written).toBe(BIG.rows.length)
      const { checks, notes } = await verifyExport({ source, destination, content: true, transform })
      expect([checks.filter(({ passed }) => !passed), notes]).toEqual([[], []])
    })
