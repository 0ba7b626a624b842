// What every destination must do: see `Destination` and `DestinationSession`.
import assert from 'node:assert/strict'
import type { DestinationSession } from '../port/destination.ts'
import type { CatalogTable } from '../structure/catalog.ts'
import { constraintFingerprint } from '../structure/catalog.ts'
import type { Row } from '../vocabulary/cell.ts'
import { isExportError } from '../vocabulary/errors.ts'
import type { ConformanceCase, ConformanceHandle, ConformanceTarget } from './conformance-fixture.ts'
import { HOSTILE, ODD_TEXTS, collect, onFixture } from './conformance-fixture.ts'

const ref = (name: string): { readonly schema: null; readonly name: string } => ({ schema: null, name })
const CANARY = 'canary-7f3a9c'

async function write(
  session: DestinationSession,
  table: string,
  columns: readonly string[],
  rows: readonly Row[],
): Promise<number> {
  const writer = session.openWriter(ref(table), columns)
  try {
    await writer.write(
      rows,
      columns.map((_, i) => i),
    )
    return await writer.flush()
  } finally {
    await writer.close()
  }
}

/** Every text that an error shows: its own, its causes', and what their members hold. */
function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const own = Object.getOwnPropertyNames(error).map((name) => (name === 'stack' ? '' : textOf(Reflect.get(error, name))))
  return own.join(' ')
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  return assert.fail('it should have failed')
}

/** The cases of a destination, to be run one by one by a test runner. */
export function destinationConformance(target: ConformanceTarget): ConformanceCase[] {
  const cases: ConformanceCase[] = []
  const writing = (name: string, work: (session: DestinationSession, handle: ConformanceHandle) => Promise<void>): void => {
    cases.push({
      name: `${target.name}: ${name}`,
      run: () =>
        onFixture(target, async (handle) => {
          const session = await handle.openSession()
          try {
            await work(session, handle)
          } finally {
            await session.end()
          }
        }),
    })
  }
  const count = async (session: DestinationSession, table: string): Promise<number> => session.countRows(ref(table), null)

  writing('rows are there after a commit, and not after a rollback', async (session) => {
    const row: Row = [null, 77n, 'new', null]
    for (const [finish, expected] of [
      ['rollback', 4],
      ['commit', 5],
    ] as const) {
      await session.begin('enforced')
      const writer = session.openWriter(ref('person'), ['id', 'code', 'boss_id'])
      await writer.write([row], [1, 2, 3])
      assert.equal(await writer.flush(), 1)
      await writer.close()
      await session[finish]()
      assert.equal(await count(session, 'person'), expected)
    }
  })

  writing('a writer counts what the database took since the last flush, and drops what was not flushed', async (session) => {
    await session.begin('enforced')
    const writer = session.openWriter(ref('named'), ['name'])
    await writer.write([['one'], ['two']], [0])
    await writer.write([['three']], [0])
    assert.equal(await writer.flush(), 3)
    assert.equal(await writer.flush(), 0)
    await writer.write(
      Array.from({ length: 1000 }, (_, i): Row => [`many ${i}`]),
      [0],
    )
    assert.equal(await writer.flush(), 1000)
    await writer.close()
    await session.commit()
    assert.equal(await count(session, 'named'), ODD_TEXTS.length + 1003)
  })

  writing('values are read back as they were written', async (session, handle) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    await session.begin('enforced')
    await write(
      session,
      'person',
      ['id', 'code', 'photo'],
      [
        [50n, 'fifty \\. \t \n \' " \\', bytes],
        [51n, '51', new Uint8Array(0)],
        [-9007199254740993n, 'far', null],
      ],
    )
    await session.commit()
    await session.end()
    const snapshot = await handle.begin()
    const request = {
      table: ref('person'),
      address: ['id'],
      values: [[50n], [51n], [-9007199254740993n]],
      columns: ['id', 'code', 'photo'],
      predicates: [],
    }
    const { rows } = await collect(snapshot.readPage(request))
    await snapshot.end()
    assert.deepEqual(
      rows.map((row) => row.slice(1).map((cell) => (cell instanceof Uint8Array ? [...cell] : cell))),
      [
        [50n, 'fifty \\. \t \n \' " \\', [...bytes]],
        [51n, '51', []],
        [-9007199254740993n, 'far', null],
      ],
    )
  })

  writing(
    'M-1 reserved keys lie past all that are there, and the next generated key past all that were written',
    async (session) => {
      await session.begin('enforced')
      const start = await session.reserveKeys(ref('person'), 'id', 10n, 0n)
      assert.ok(start > 4n, `block from ${start}`)
      const far = await session.reserveKeys(ref('person'), 'id', 5n, 1000n)
      assert.ok(far > 1000n, `block from ${far}`)
      await write(session, 'person', ['id', 'code'], [[5000n, 'far']])
      await session.advanceGenerators(ref('person'))
      assert.ok(((await session.nextKeyFloor(ref('person'))) ?? 0n) > 5000n)
      await session.commit()
    },
  )

  writing('references, rows and keys are counted', async (session) => {
    await session.begin('bulk')
    await write(
      session,
      'pick',
      ['id', 'person_id', 'line'],
      [
        [20n, 9n, 9n],
        [21n, 9n, null],
        [22n, 2n, 1n],
      ],
    )
    const request = {
      child: ref('pick'),
      childColumns: ['person_id', 'line'],
      parent: ref('orders'),
      parentColumns: ['person_id', 'line'],
      predicate: null,
      range: null,
    }
    assert.equal(await session.countOrphans(request), 1)
    assert.equal(await session.countOrphans({ ...request, range: { column: 'id', from: 21n, to: 30n } }), 0)
    assert.equal(await session.countOrphans({ ...request, predicate: 'id <> 20' }), 0)
    assert.deepEqual(await session.orphanKeys(request, ['id'], 5), [[20n]])
    assert.deepEqual(await session.orphanKeys(request, ['id'], 0), [])
    assert.deepEqual(await session.orphanKeys({ ...request, predicate: 'id <> 20' }, ['id'], 5), [])
    assert.equal(await session.countRows(ref('pick'), { column: 'id', from: 20n, to: 21n }), 2)
    assert.equal(
      await session.countExisting(
        ref('orders'),
        ['person_id', 'line'],
        [
          [2n, 1n],
          [2n, 9n],
          [3n, 2n],
        ],
      ),
      2,
    )
    assert.equal(
      await session.countExisting(
        ref('named'),
        ['name'],
        ODD_TEXTS.map((text) => [text]),
      ),
      ODD_TEXTS.length,
    )
    await session.rollback()
  })

  writing('L-5 columns of rows that are there are set, NULL too, and no others', async (session, handle) => {
    await session.begin('enforced')
    const patcher = session.openPatcher(ref('orders'), ['person_id', 'line'], ['note'])
    await patcher.write(
      [
        [null, 2n, 1n, 'patched \\ "\''],
        [null, 3n, 2n, null],
        [null, 9n, 9n, 'nobody'],
      ],
      [1, 2, 3],
    )
    assert.equal(await patcher.flush(), 2)
    await patcher.close()
    const people = session.openPatcher(ref('person'), ['id'], ['boss_id'])
    await people.write([[4n, 2n]], [0, 1])
    assert.equal(await people.flush(), 1)
    assert.equal(await people.flush(), 0)
    await people.close()
    await session.commit()
    await session.end()
    const snapshot = await handle.begin()
    const notes = { table: ref('orders'), address: ['person_id', 'line'], columns: ['note'], predicates: [] }
    const read = await collect(
      snapshot.readPage({
        ...notes,
        values: [
          [2n, 1n],
          [2n, 2n],
          [3n, 2n],
        ],
      }),
    )
    const bosses = { table: ref('person'), address: ['id'], columns: ['boss_id'], predicates: [] }
    const boss = await collect(snapshot.readPage({ ...bosses, values: [[3n], [4n]] }))
    await snapshot.end()
    assert.deepEqual(
      [...read.rows, ...boss.rows].map((row) => row[1]),
      ['patched \\ "\'', 'y', null, 1n, 2n],
    )
  })

  writing('a reference to nothing is refused unless the checks are off', async (session) => {
    await session.begin('enforced')
    const error = await failure(
      (async () => {
        await write(session, 'pick', ['id', 'person_id', 'line'], [[30n, 9n, 9n]])
        await session.commit()
      })(),
    )
    assert.ok(isExportError(error, 'ERR_EXPORT_WRITE'), textOf(error))
    await session.rollback()
    assert.equal(await count(session, 'pick'), 3)
  })

  writing('O-5 an error of the database holds no value', async (session) => {
    for (const rows of [
      [
        [60n, CANARY],
        [61n, CANARY],
      ],
      [[60n, null]],
    ] as const) {
      await session.begin('enforced')
      const error = await failure(
        write(
          session,
          'person',
          ['id', 'code'],
          rows.map((row) => [...row]),
        ),
      )
      assert.ok(isExportError(error), textOf(error))
      assert.ok(!textOf(error).includes(CANARY), 'the value is in the error')
      await session.rollback()
    }
  })

  writing('R-1 the journal is committed and rolled back with the rows', async (session) => {
    const run = {
      runId: 'r-1',
      identity: 'i',
      state: 'loading',
      plan: `{"x":${JSON.stringify(ODD_TEXTS.join())}}`,
      facts: '{}',
    } as const
    assert.deepEqual(await session.journal.runs(), [])
    await session.begin('bulk')
    await session.journal.create()
    await session.journal.insertRun(run)
    await session.commit()
    await session.begin('bulk')
    await session.journal.insertBatch({ runId: 'r-1', table: 'person', first: 0, last: 9, rows: 10 })
    await session.rollback()
    assert.deepEqual(await session.journal.batches('r-1'), [])
    await session.begin('bulk')
    await session.journal.insertBatch({ runId: 'r-1', table: 'person', first: 0, last: 9, rows: 10 })
    await session.journal.setState('r-1', 'verifying')
    await session.commit()
    assert.deepEqual(await session.journal.batches('r-1'), [{ runId: 'r-1', table: 'person', first: 0, last: 9, rows: 10 }])
    assert.deepEqual(await session.journal.runs(), [{ ...run, state: 'verifying' }])
    await session.journal.deleteBatches('r-1')
    await session.journal.drop()
    assert.deepEqual(await session.journal.runs(), [])
  })

  writing('R-5 one session has a destination', async (session, handle) => {
    await assert.rejects(handle.openSession(), { code: 'ERR_EXPORT_LOCKED' })
    const other = await target.openAgain?.(handle)
    if (other !== undefined) {
      await assert.rejects(other.openSession(), { code: 'ERR_EXPORT_LOCKED' })
      await session.end()
      const free = await other.openSession()
      await free.end()
      await other.close()
    }
  })

  if (target.isSingle === true) return cases
  cases.push({
    name: `${target.name}: W-7 tables are made as they are, with keys, references and indexes`,
    run: () =>
      onFixture(target, async (handle) => {
        const tables = (await handle.readCatalog()).tables.filter(
          ({ ref: { name, schema } }) => name !== HOSTILE && schema === null,
        )
        const { handle: empty, dispose } = await target.open()
        try {
          const session = await empty.openSession()
          await session.begin('bulk')
          await session.createTables(tables, handle.engine)
          await session.commit()
          await session.end()
          const made = (await empty.readCatalog()).tables.filter(({ ref: { schema } }) => schema === null)
          const plain = (list: readonly CatalogTable[]): string =>
            constraintFingerprint(list.map((table) => ({ ...table, ddl: [], edgeDdl: [] })))
          assert.equal(plain(made), plain(tables))
        } finally {
          await dispose()
        }
      }),
  })

  return cases
}
