// What every source must do: see `Source` and `SourceSnapshot`.
import assert from 'node:assert/strict'
import type { PageRequest, SourceSnapshot } from '../port/source.ts'
import { ORDINAL, predicateColumn } from '../port/source.ts'
import type { CatalogTable } from '../structure/catalog.ts'
import type { Row } from '../vocabulary/cell.ts'
import type { Collected, ConformanceCase, ConformanceHandle, ConformanceTarget } from './conformance-fixture.ts'
import { HOSTILE, ODD_TEXTS, collect, onFixture } from './conformance-fixture.ts'

const ref = (name: string): { readonly schema: null; readonly name: string } => ({ schema: null, name })
const page = (
  table: string,
  address: readonly string[],
  values: PageRequest['values'],
  columns: readonly string[],
  predicates: readonly string[] = [],
) => ({
  table: ref(table),
  address,
  values,
  columns,
  predicates,
})
const ordinals = ({ rows }: Collected): number[] => rows.map((row) => Number(row[0]))
const rest = ({ rows }: Collected): Row[] => rows.map((row) => row.slice(1))
const CHILDREN = {
  child: ref('orders'),
  childColumns: ['person_id'],
  parent: ref('person'),
  parentColumns: ['id'],
  parentKey: ['id'],
  columns: ['person_id', 'line'],
  predicate: null,
  where: null,
  perParent: null,
} as const

/** The cases of a source, to be run one by one by a test runner. */
export function sourceConformance(target: ConformanceTarget): ConformanceCase[] {
  const cases: ConformanceCase[] = []
  const add = (name: string, work: (handle: ConformanceHandle) => Promise<void>): void => {
    cases.push({ name: `${target.name}: ${name}`, run: () => onFixture(target, work) })
  }
  const reading = (name: string, work: (snapshot: SourceSnapshot, handle: ConformanceHandle) => Promise<void>): void =>
    add(name, async (handle) => {
      const snapshot = await handle.begin()
      try {
        await work(snapshot, handle)
      } finally {
        await snapshot.end()
      }
    })

  add('the catalog tells tables, keys, unique keys, references and views', async (handle) => {
    const { tables: all, views } = await handle.readCatalog()
    const tables = all.filter(({ ref: { schema } }) => schema === null)
    const find = (name: string): CatalogTable => {
      const table = tables.find((candidate) => candidate.ref.name === name)
      assert.ok(table, `no table ${name}`)
      return table
    }
    assert.deepEqual(tables.map(({ ref: { name } }) => name).sort(), ['named', 'orders', 'person', 'pick', HOSTILE].sort())
    assert.deepEqual(views, ['people'])
    assert.deepEqual(find('orders').key, ['person_id', 'line'])
    assert.ok(find('person').uniqueKeys.some((key) => key.join() === 'code'))
    assert.notEqual(find('person').generator, null)
    const [boss] = find('person').edges
    assert.deepEqual([boss?.columns, boss?.parent, boss?.parentColumns], [['boss_id'], ref('person'), ['id']])
    const [line] = find('pick').edges
    assert.deepEqual([line?.columns, line?.parentColumns, line?.isUnique], [['person_id', 'line'], ['person_id', 'line'], true])
    const kinds = Object.fromEntries(find('person').columns.map(({ name, kind, notNull }) => [name, `${kind} ${notNull}`]))
    assert.deepEqual([kinds['code'], kinds['boss_id'], kinds['photo']], ['text true', 'int64 false', 'bytes false'])
    assert.equal(find(HOSTILE).columns[1]?.name, 'Case')
  })

  reading('a page answers in the order asked for, and leaves out what is not there', async (snapshot) => {
    const answer = await collect(snapshot.readPage(page('person', ['id'], [[4n], [99n], [1n], [2n]], ['id', 'code', 'boss_id'])))
    assert.deepEqual(answer.columns, [ORDINAL, 'id', 'code', 'boss_id'])
    assert.deepEqual(ordinals(answer), [0, 2, 3])
    assert.deepEqual(rest(answer), [
      [4n, 'd', 3n],
      [1n, 'a', null],
      [2n, 'b', 1n],
    ])
    assert.equal(answer.ends, 1)
  })

  reading('a page asks by a composite key, by another unique column, and by a hostile name', async (snapshot) => {
    const lines = await collect(
      snapshot.readPage(
        page(
          'orders',
          ['person_id', 'line'],
          [
            [3n, 2n],
            [2n, 9n],
            [2n, 3n],
          ],
          ['person_id', 'line', 'note'],
        ),
      ),
    )
    assert.deepEqual(
      [ordinals(lines), rest(lines)],
      [
        [0, 2],
        [
          [3n, 2n, ''],
          [2n, 3n, null],
        ],
      ],
    )
    const codes = await collect(snapshot.readPage(page('person', ['code'], [['c'], ['zz'], ['a']], ['id'])))
    assert.deepEqual(
      [ordinals(codes), rest(codes)],
      [
        [0, 2],
        [[3n], [1n]],
      ],
    )
    const hostile = await collect(snapshot.readPage(page(HOSTILE, [HOSTILE], [[2n]], [HOSTILE, 'Case'])))
    assert.deepEqual(rest(hostile), [[2n, 'two']])
  })

  reading('texts and bytes arrive as they are, also as keys', async (snapshot) => {
    const values = ODD_TEXTS.toReversed().map((text) => [text])
    const answer = await collect(snapshot.readPage(page('named', ['name'], values, ['name'])))
    assert.deepEqual(rest(answer), values)
    const photo = await collect(snapshot.readPage(page('person', ['id'], [[1n]], ['photo'])))
    const bytes = photo.rows[0]?.[1]
    assert.ok(bytes instanceof Uint8Array)
    assert.deepEqual([...bytes], [0x00, 0xff, 0x5c, 0x0a])
  })

  reading('predicates are 1 where they hold, else 0', async (snapshot) => {
    const answer = await collect(
      snapshot.readPage(page('person', ['id'], [[1n], [2n]], ['id'], ['boss_id = 1', 'id < 9 -- all of them'])),
    )
    assert.deepEqual(answer.columns, [ORDINAL, 'id', predicateColumn(0), predicateColumn(1)])
    assert.deepEqual(rest(answer), [
      [1n, 0n, 1n],
      [2n, 1n, 1n],
    ])
  })

  reading('children come by parent and key; conditions and a cap hold for each parent', async (snapshot) => {
    const all = await collect(snapshot.readChildren({ ...CHILDREN, values: [[3n], [1n], [2n]] }))
    assert.deepEqual(all.columns, [ORDINAL, 'person_id', 'line'])
    assert.deepEqual(
      [ordinals(all), rest(all)],
      [
        [0, 0, 2, 2, 2],
        [
          [3n, 1n],
          [3n, 2n],
          [2n, 1n],
          [2n, 2n],
          [2n, 3n],
        ],
      ],
    )
    const capped = await collect(
      snapshot.readChildren({ ...CHILDREN, values: [[2n], [3n]], perParent: 1, where: "note = 'y' OR line = 2" }),
    )
    assert.deepEqual(rest(capped), [
      [2n, 2n],
      [3n, 2n],
    ])
    assert.equal(capped.ends, 1)
  })

  reading('a root is in key order, binds its parameters, and keeps to its limit', async (snapshot, handle) => {
    const one = handle.engine === 'postgres' ? '$1' : '?'
    const root = { table: ref('person'), key: ['id'], limit: null }
    const all = await collect(snapshot.readRoot(handle.rootSql({ ...root, conditions: [] }), []))
    assert.deepEqual(all.rows, [[1n], [2n], [3n], [4n]])
    const some = await collect(
      snapshot.readRoot(handle.rootSql({ ...root, conditions: [`id > ${one}`, "code <> 'zz' -- x"], limit: 2 }), [
        { int64: '1' },
      ]),
    )
    assert.deepEqual(some.rows, [[2n], [3n]])
    const none = await collect(snapshot.readRoot(handle.rootSql({ ...root, conditions: [`code = ${one}`] }), ['nobody']))
    assert.deepEqual([none.rows, none.ends], [[], 1])
  })

  reading('a result that is left early leaves the snapshot usable', async (snapshot, handle) => {
    const keys = ODD_TEXTS.map((text) => [text])
    for await (const chunk of snapshot.readPage(page('named', ['name'], keys, ['name', 'amount']))) {
      assert.ok(chunk.columns.length > 0)
      break
    }
    const sql = handle.rootSql({ table: ref('person'), key: ['id'], conditions: [], limit: null })
    for await (const chunk of snapshot.readRoot(sql, [])) {
      assert.ok(chunk.columns.length >= 0)
      break
    }
    assert.equal((await collect(snapshot.readRoot(sql, []))).rows.length, 4)
  })

  add('a wrong condition is an error of this package, and the handle stays usable', async (handle) => {
    const snapshot = await handle.begin()
    const sql = handle.rootSql({ table: ref('person'), key: ['id'], conditions: ['no_such_column = 1'], limit: null })
    await assert.rejects(collect(snapshot.readRoot(sql, [])), { name: 'ExportError' })
    await snapshot.end()
    const again = await handle.begin()
    const answer = await collect(again.readPage(page('person', ['id'], [[1n]], ['id'])))
    await again.end()
    assert.deepEqual(rest(answer), [[1n]])
  })

  const { openAgain } = target
  if (openAgain !== undefined)
    add('S-2 a snapshot does not see what commits after it', async (handle) => {
      const other = await openAgain(handle)
      try {
        const snapshot = await handle.begin()
        await collect(snapshot.readPage(page('person', ['id'], [[1n]], ['id'])))
        await other.execute("UPDATE person SET code = 'changed' WHERE id = 1")
        await other.execute('DELETE FROM pick')
        const answer = await collect(snapshot.readPage(page('person', ['id'], [[1n]], ['code'])))
        const picks = await collect(snapshot.readPage(page('pick', ['id'], [[10n], [12n]], ['id'])))
        await snapshot.end()
        assert.deepEqual([rest(answer), rest(picks)], [[['a']], [[10n], [12n]]])
      } finally {
        await other.close()
      }
    })

  return cases
}
