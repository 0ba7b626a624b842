// What is loaded when nothing is opened. A file of its own: what other tests load would hide it.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Source } from '../src/index.ts'
import { parsePlan, planExport, planToJson, planToMermaid, planToText } from '../src/index.ts'
import type { Catalog } from '../src/structure/catalog.ts'
import { testFolder } from './database.ts'

const require = createRequire(import.meta.url)
const DRIVERS = /node_modules[\\/](better-sqlite3|node-sqlite3-wasm|mysql2|pg|pg-copy-streams)[\\/]/

const catalog: Catalog = {
  defaultSchema: 'main',
  references: { bulk: true, deferral: 'all', statementEnd: true },
  denied: { select: [], insert: [], update: [], generator: [], create: false },
  tables: [
    {
      ref: { schema: null, name: 'region' },
      columns: [
        { name: 'id', type: 'INTEGER', kind: 'int64', notNull: true, hasDefault: false, generated: null, isExact: true },
        { name: 'name', type: 'TEXT', kind: 'text', notNull: true, hasDefault: false, generated: null, isExact: true },
      ],
      key: ['id'],
      uniqueKeys: [['id']],
      edges: [],
      generator: 'rowid',
      triggers: [],
      ddl: [],
      edgeDdl: [],
      notMade: [],
    },
  ],
  views: [],
  notes: [],
}

const source: Source = {
  engine: 'sqlite',
  identity: 'none',
  rootSql: () => 'SELECT id FROM region ORDER BY id',
  quoteName: (name) => `"${name}"`,
  readCatalog: async () => catalog,
  begin: () => Promise.reject(new Error('nothing is read')),
  close: async () => {},
  [Symbol.asyncDispose]: async () => {},
}

const loaded = (): string[] => Object.keys(require.cache).filter((path) => DRIVERS.test(path))

test('A-4 compiling a template, and reading and printing a plan, loads no driver; opening a database does', async () => {
  const plan = await planExport({ source, template: 'SELECT r.id FROM region r WHERE r.id > 3', counts: false })
  const again = parsePlan(planToJson(plan))
  expect(planToText(again)).toContain('region')
  expect(planToMermaid(again)).toContain('region')
  const { openSqlite } = await import('../src/sqlite/index.ts')
  await import('../src/postgres/index.ts')
  await import('../src/mysql/index.ts')
  await import('../src/pglite/index.ts')
  expect(loaded()).toEqual([])
  await using handle = await openSqlite(join(testFolder(), 'new.db'), { create: true, driver: 'node-sqlite3-wasm' })
  expect(handle.engine).toBe('sqlite')
  expect(loaded().join()).toContain('node-sqlite3-wasm') // the control
})
