// Back-pressure: what is read ahead of a slow destination, and a slow transformer.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Destination, DestinationSession, Source, SourceSnapshot } from '../src/index.ts'
import { planExport, runExport } from '../src/index.ts'
import { openPostgres } from '../src/postgres/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { makeDatabase, testFolder } from './database.ts'
import { hasPostgres, postgresFile, runPostgres } from './server/postgres.ts'

const file = postgresFile()
const ROWS = 20_000
const BATCH_ROWS = 500

/** Counts rows as they leave the source, and as they reach the destination. */
function metered(
  source: Source,
  destination: Destination,
): { readonly source: Source; readonly destination: Destination; ahead(): number; askedWhileOpen(): number } {
  let asked = 0
  let flushed = 0
  let askedWhileOpen = 0
  let read = 0
  let written = 0
  let ahead = 0
  let isLoading = false
  const snapshotOf = (snapshot: SourceSnapshot): SourceSnapshot =>
    new Proxy(snapshot, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target)
        if (name !== 'readPage') return typeof member === 'function' ? (member.bind(target) as unknown) : member
        return async function* (request: Parameters<SourceSnapshot['readPage']>[0]) {
          if (isLoading && asked++ > flushed) askedWhileOpen++
          for await (const chunk of target.readPage(request)) {
            if (isLoading) read += chunk.rows.length
            ahead = Math.max(ahead, read - written)
            yield chunk
          }
        }
      },
    })
  const sessionOf = (session: DestinationSession): DestinationSession =>
    new Proxy(session, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target)
        if (name !== 'openWriter') return typeof member === 'function' ? (member.bind(target) as unknown) : member
        return (...args: Parameters<DestinationSession['openWriter']>) => {
          isLoading = true
          const writer = target.openWriter(...args)
          return {
            write: async (...rows: Parameters<typeof writer.write>) => {
              for (let turns = 0; turns < 20; turns++) await new Promise((go) => setImmediate(go))
              await writer.write(...rows)
              written += rows[0].length
            },
            flush: async () => {
              for (let turns = 0; turns < 20; turns++) await new Promise((go) => setImmediate(go))
              const count = await writer.flush()
              flushed++
              return count
            },
            close: () => writer.close(),
          }
        }
      },
    })
  const wrap = <T extends object>(part: T, method: keyof T, around: (made: never) => unknown): T =>
    new Proxy(part, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        if (name !== method) return member.bind(target) as unknown
        return async (...args: readonly unknown[]) => around((await Reflect.apply(member, target, args)) as never)
      },
    })
  return {
    source: wrap(source, 'begin', snapshotOf),
    destination: wrap(destination, 'openSession', sessionOf),
    ahead: () => ahead,
    askedWhileOpen: () => askedWhileOpen,
  }
}

/** A destination that cannot copy inside SQLite, so that rows are read and written. */
const ROW_BY_ROW = { create: true, driver: 'node-sqlite3-wasm' } as const

const rows = (engine: 'sqlite' | 'postgres'): string =>
  engine === 'sqlite'
    ? `CREATE TABLE item (id INTEGER PRIMARY KEY, note TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO item SELECT i, 'note ' || i FROM n`
    : `CREATE TABLE item (id bigint PRIMARY KEY, note text); INSERT INTO item SELECT i, 'note ' || i FROM generate_series(1, ${ROWS}) AS i`

for (const engine of ['sqlite', 'postgres'] as const)
  test(`Q-1 Q-2 a slow destination stops the reader: the next page is asked for meanwhile, and never more than two are ahead: ${engine}`, {
    timeout: 120_000,
  }, async (context) => {
    if (engine === 'postgres' && !hasPostgres) context.skip('needs postgresql: no server answers here')
    let url = ''
    if (engine === 'postgres') {
      url = await file.makeSchema()
      await runPostgres(
        url,
        `SET search_path TO ${new URL(url).searchParams.get('schema') ?? ''}`,
        `SET search_path TO ${new URL(url).searchParams.get('schema') ?? ''}; ${rows(engine)}`,
      )
    }
    await using from =
      engine === 'sqlite'
        ? await openSqlite(await makeDatabase(rows(engine)), { readOnly: true })
        : await openPostgres(url, { readOnly: true })
    await using to = await openSqlite(join(testFolder(), 'to.db'), ROW_BY_ROW)
    const { source, destination, ahead, askedWhileOpen } = metered(from, to)
    const plan = await planExport({ source, destination, createTables: true, roots: [{ table: 'item' }], counts: false })
    const report = await runExport(plan, { source, destination, batchRows: BATCH_ROWS })
    expect(report.tables.map(({ written }) => written)).toEqual([ROWS])
    expect(askedWhileOpen(), 'pages that were asked for before the one before them was flushed').toBe(ROWS / BATCH_ROWS - 1)
    expect(ahead()).toBeGreaterThan(0)
    expect(ahead()).toBeLessThanOrEqual(2 * BATCH_ROWS)
  })

test('Q-1 no more than bufferBytes, and the chunk that passes them, wait to be written', async () => {
  const rowBytes = 64 * 1024
  const rows = 300
  const from = await makeDatabase(
    `CREATE TABLE item (id INTEGER PRIMARY KEY, note BLOB); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO item SELECT i, zeroblob(${rowBytes}) FROM n`,
  )
  await using own = await openSqlite(from, { readOnly: true })
  const mib = 1024 * 1024
  const chunkBytes = 256 * 1024 + rowBytes
  for (const bufferBytes of [mib, 4 * mib]) {
    await using to = await openSqlite(join(testFolder(), 'to.db'), ROW_BY_ROW)
    const { source, destination, ahead } = metered(own, to)
    const plan = await planExport({ source, destination, createTables: true, roots: [{ table: 'item' }], counts: false })
    const report = await runExport(plan, { source, destination, batchRows: rows, bufferBytes })
    expect(report.tables.map(({ written }) => written)).toEqual([rows])
    expect(ahead() * rowBytes).toBeGreaterThanOrEqual(bufferBytes)
    expect(ahead() * rowBytes).toBeLessThanOrEqual(bufferBytes + 2 * chunkBytes) // the one on its way, and the one that is written
  }
})

test('Q-1 bufferBytes is an integer from 1 MiB to 1 GiB', async () => {
  await using handle = await openSqlite(await makeDatabase('CREATE TABLE item (id INTEGER PRIMARY KEY)'))
  await using to = await openSqlite(join(testFolder(), 'to.db'), ROW_BY_ROW)
  const plan = await planExport({
    source: handle,
    destination: to,
    createTables: true,
    roots: [{ table: 'item' }],
    counts: false,
  })
  for (const bufferBytes of [1024 * 1024 - 1, 1024 ** 3 + 1, 2e6 + 0.5])
    await expect(runExport(plan, { source: handle, destination: to, bufferBytes })).rejects.toMatchObject({
      code: 'ERR_EXPORT_CONFIG',
      message: expect.stringContaining('bufferBytes') as string,
    })
})
