// several tables at a time, over connections of their own, in one snapshot of the source.
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { Destination, DestinationSession, Plan, RowTransformer, RunOptions } from '../src/index.ts'
import { planExport, resumeExport, runExport, verifyExport } from '../src/index.ts'
import { MysqlConnection } from '../src/mysql/connection.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import type { EngineName, TestDatabase } from './engines.ts'
import { isHere, testEngines } from './engines.ts'
import { testFolder } from './database.ts'
import { FOUR_TABLES, ROWS, TABLES, contentOf, rowsOf } from './four-tables.ts'

const engines = testEngines()
/** Counts writers that are open at one time. */
function watched(destination: Destination): { readonly destination: Destination; most(): number } {
  let open = 0
  let most = 0
  const wrap = (session: DestinationSession): DestinationSession =>
    new Proxy(session, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target)
        if (name === 'another') return async () => wrap((await target.another?.()) as DestinationSession)
        if (typeof member !== 'function') return member
        if (name !== 'openWriter') return member.bind(target) as unknown
        return (...args: Parameters<DestinationSession['openWriter']>) => {
          const writer = target.openWriter(...args)
          most = Math.max(most, ++open)
          return {
            write: (...rows: Parameters<typeof writer.write>) => writer.write(...rows),
            flush: () => writer.flush(),
            close: async () => {
              open--
              await writer.close()
            },
          }
        }
      },
    })
  const proxy = new Proxy(destination, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target)
      if (name === 'openSession') return async () => wrap(await target.openSession())
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
  return { destination: proxy, most: () => most }
}

async function filled(engine: EngineName): Promise<TestDatabase> {
  const database = await engines.make(engine)
  await database.run([...FOUR_TABLES, ...TABLES.map((table) => rowsOf(table))])
  return database
}

/** Reads every table; `v` of some is seen by a transformer. */
const CONFIG = { roots: TABLES.map((table) => ({ table })) }
const OPTIONS = { commitRows: 1000, batchRows: 100 } as const

const PAIRS: readonly (readonly [EngineName, EngineName])[] = [
  ['postgres', 'postgres'],
  ['sqlite', 'postgres'],
  ['pglite', 'postgres'],
  ['mariadb', 'mariadb'],
  ['postgres', 'mariadb'],
  ['sqlite', 'mariadb'],
]

for (const [from, to] of PAIRS)
  for (const keys of ['keep', 'remap'] as const)
    test(`Q-3 several tables at a time leave what one at a time does: ${from} to ${to}, ${keys}`, {
      timeout: 120_000,
    }, async (context) => {
      for (const engine of [from, to]) if (!isHere(engine)) context.skip(`needs ${engine}`)
      const here = await filled(from)
      const results: unknown[] = []
      try {
        for (const concurrency of [1, 3]) {
          const there = await engines.make(to)
          await there.run(FOUR_TABLES)
          await using source = await here.open()
          await using own = await there.open()
          const { destination, most } = watched(own)
          const plan = await planExport({ source, destination, counts: false, keys, ...CONFIG })
          const report = await runExport(plan, { source, destination, concurrency, ...OPTIONS })
          expect(most(), 'writers at a time').toBe(concurrency)
          expect(report.tables.map(({ written }) => written)).toEqual(TABLES.map(() => ROWS))
          expect((await verifyExport({ destination, source, content: true })).checks.filter(({ passed }) => !passed)).toEqual([])
          results.push(await contentOf(there))
          await destination.close()
          await there.dispose()
        }
      } finally {
        await here.dispose()
      }
      expect(results[1]).toEqual(results[0])
    })

test('Q-3 S-2 every reader is in the one snapshot: what is written at the source meanwhile is not seen', async (context) => {
  if (!isHere('postgres')) context.skip('needs postgres')
  const here = await filled('postgres')
  const there = await engines.make('postgres')
  await there.run(FOUR_TABLES)
  const before = await contentOf(here)
  let hasChanged = false
  const transform: RowTransformer = {
    identity: 'meddling',
    tables: { a: { reads: ['v'], writes: [] } },
    transform: async ({ rows }) => {
      if (!hasChanged) {
        hasChanged = true
        await here.run(["UPDATE a SET v = 'other'", "UPDATE b SET v = 'other'", "UPDATE c SET v = 'other'", 'DELETE FROM d'])
      }
      return rows
    },
  }
  await using source = await here.open()
  await using destination = await there.open()
  const plan = await planExport({ source, destination, counts: false, keys: 'keep', ...CONFIG })
  await runExport(plan, { source, destination, concurrency: 4, transform, ...OPTIONS })
  expect(hasChanged).toBe(true)
  expect(await contentOf(there)).toEqual(before)
})

/** Fails at the given row of a table. */
function failing(table: string, after: number): RowTransformer {
  let seen = 0
  return {
    identity: 'failing',
    tables: Object.fromEntries(TABLES.map((name) => [name, { reads: ['v'], writes: [] }])),
    transform: ({ rows, table: name }) => {
      if (name === table && (seen += rows.length) > after) throw new Error('enough')
      return rows
    },
  }
}

for (const [from, to] of PAIRS.slice(0, 4))
  test(`Q-3 R-1 R-3 O-3 what one connection fails with ends the others, and the run goes on from what each committed: ${from} to ${to}`, {
    timeout: 120_000,
  }, async (context) => {
    for (const engine of [from, to]) if (!isHere(engine)) context.skip(`needs ${engine}`)
    const here = await filled(from)
    const expected = await contentOf(here)
    for (const [table, after] of [
      ['a', 0],
      ['c', 1200],
      ['d', 1450],
    ] as const) {
      const there = await engines.make(to)
      await there.run(FOUR_TABLES)
      await using source = await here.open()
      await using destination = await there.open()
      const plan = await planExport({ source, destination, counts: false, keys: 'keep', ...CONFIG })
      const options = { source, destination, concurrency: 2, ...OPTIONS }
      const failed = runExport(plan, { ...options, transform: failing(table, after) })
      await expect(failed).rejects.toMatchObject({
        code: 'ERR_EXPORT_TRANSFORM',
        remedy: expect.stringContaining('resume --run') as string,
      })
      const report = await resumeExport({ ...options, concurrency: 3, transform: failing('none', 0) })
      expect(report.tables.map(({ written }) => written)).toEqual(TABLES.map(() => ROWS))
      expect(await contentOf(there)).toEqual(expected)
      expect((await verifyExport({ destination })).passed).toBe(true)
      await destination.close()
      await there.dispose()
    }
    await here.dispose()
  })

test('Q-3 O-3 an abort ends every connection, with the signal own reason', { timeout: 120_000 }, async (context) => {
  if (!isHere('postgres')) context.skip('needs postgres')
  const here = await filled('postgres')
  const there = await engines.make('postgres')
  await there.run(FOUR_TABLES)
  const controller = new AbortController()
  const reason = new Error('enough of it')
  const transform: RowTransformer = {
    identity: 'aborting',
    tables: { c: { reads: ['v'], writes: [] } },
    transform: ({ rows }) => {
      controller.abort(reason)
      return rows
    },
  }
  await using source = await here.open()
  await using destination = await there.open()
  const plan = await planExport({ source, destination, counts: false, ...CONFIG })
  const { signal } = controller
  await expect(runExport(plan, { source, destination, concurrency: 4, transform, signal, ...OPTIONS })).rejects.toBe(reason)
  const others = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sql-export' AND datname = current_database()"
  await expect.poll(() => there.rows(others), { timeout: 20_000 }).toEqual([['3']]) // two handles, and the one that writes
  await resumeExport({ source, destination, concurrency: 4, transform: { ...transform, transform: ({ rows }) => rows } })
  expect((await verifyExport({ destination })).passed).toBe(true)
})

test('Q-3 a run of at most commitRows rows is one transaction all the same', { timeout: 60_000 }, async (context) => {
  if (!isHere('postgres')) context.skip('needs postgres')
  const here = await filled('postgres')
  const there = await engines.make('postgres')
  await there.run(FOUR_TABLES)
  await using source = await here.open()
  await using own = await there.open()
  const { destination, most } = watched(own)
  const plan = await planExport({ source, destination, counts: false, ...CONFIG })
  await runExport(plan, { source, destination, concurrency: 4 })
  expect(most()).toBe(1)
})

test('Q-3 R-5 while a further writer of a dead run is there, no other run begins', { timeout: 60_000 }, async (context) => {
  for (const engine of ['postgres', 'mariadb'] as const) {
    if (!isHere(engine)) context.skip(`needs ${engine}`)
    const there = await engines.make(engine)
    const first = await there.open()
    const session = await first.openSession()
    const beside = await session.another?.()
    expect(beside, engine).toBeDefined()
    await session.end()
    await using second = await there.open()
    await expect(second.openSession(), engine).rejects.toMatchObject({ code: 'ERR_EXPORT_LOCKED' })
    await beside?.end()
    // its connection is closed; the server may not have seen that yet
    const own = await second.openSession()
    await own.end()
    await first.close()
    await there.dispose()
  }
})

test('R-5 a run that begins while the last one ends waits for its lock', { timeout: 60_000 }, async (context) => {
  for (const engine of ['postgres', 'mariadb'] as const) {
    if (!isHere(engine)) context.skip(`needs ${engine}`)
    const there = await engines.make(engine)
    const first = await there.open()
    const ending = await first.openSession()
    await using second = await there.open()
    const opening = second.openSession()
    const early = await Promise.race([opening.then(() => 'open'), delay(200, 'waits')])
    await ending.end()
    const session = await opening
    await session.end()
    await first.close()
    await there.dispose()
    expect(early, engine).toBe('waits')
  }
})

test('Q-3 R-5 a further writer of MariaDB whose lock another one has, or the server does not give, is refused', {
  timeout: 60_000,
}, async (context) => {
  if (!isHere('mariadb')) context.skip('needs mariadb')
  const there = await engines.make('mariadb')
  const other = await there.open()
  await using own = await there.open()
  const session = await own.openSession()
  await other.execute("DO GET_LOCK(CONCAT('loopwright:', LEFT(SHA2(DATABASE(), 256), 40), ':1'), 0)")
  await expect(session.another?.()).rejects.toMatchObject({ code: 'ERR_EXPORT_LOCKED', isTemporary: true })
  const query = vi.spyOn(MysqlConnection.prototype, 'query').mockResolvedValueOnce([[null]])
  await expect(session.another?.()).rejects.toMatchObject({ code: 'ERR_EXPORT_CONNECTION' })
  query.mockRestore()
  const third = await session.another?.() // has the next lock
  await third?.end()
  await session.end()
  await other.close()
})

const refused = async (plan: Plan, options: RunOptions, word: string): Promise<void> => {
  await expect(runExport(plan, options)).rejects.toMatchObject({
    code: 'ERR_EXPORT_CONFIG',
    message: expect.stringContaining(word) as string,
  })
}

test('Q-3 what cannot be loaded by several connections is refused with the reason', { timeout: 60_000 }, async (context) => {
  const here = await filled('sqlite')
  await using source = await here.open()
  await using file = await openSqlite(join(testFolder(), 'to.db'), { create: true })
  const plan = await planExport({ source, destination: file, createTables: true, counts: false, ...CONFIG })
  await refused(plan, { source, destination: file, concurrency: 2 }, 'one writer')
  for (const concurrency of [0, 9, 1.5]) await refused(plan, { source, destination: file, concurrency }, '1 to 8')
  const lite = await engines.make('pglite')
  await using instance = await lite.open()
  const into = await planExport({ source, destination: instance, createTables: true, counts: false, ...CONFIG })
  await refused(into, { source, destination: instance, concurrency: 2 }, 'one writer')
  if (!isHere('postgres')) context.skip('needs postgres')
  const there = await engines.make('postgres')
  await there.run(FOUR_TABLES)
  await using destination = await there.open()
  const bulk = await planExport({ source, destination, counts: false, ...CONFIG })
  await refused(bulk, { source, destination, concurrency: 2, commit: 'once' }, 'one transaction')
  const enforced = await planExport({ source, destination, counts: false, references: 'enforced', ...CONFIG })
  await refused(enforced, { source, destination, concurrency: 2 }, 'enforces')
})
