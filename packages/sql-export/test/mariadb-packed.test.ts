// Rows of MariaDB by the bytes of their packets: as cells, as packed integers, and with columns that pass by to LOAD DATA unread.
import fc from 'fast-check'
import mysql from 'mysql2'
import { expect, test } from 'vitest'
import { planExport, runExport } from '../src/index.ts'
import type { ExportErrorCode } from '../src/index.ts'
import { MysqlConnection } from '../src/mysql/connection.ts'
import type { MysqlClient } from '../src/mysql/client.ts'
import { openMysql } from '../src/mysql/index.ts'
import { packetOf } from '../src/mysql/packet-fields.ts'
import type { RowTaker } from '../src/mysql/packet-rows.ts'
import { CellRows, PackedPacketRows } from '../src/mysql/packet-rows.ts'
import { readerOf } from '../src/mysql/value-text.ts'
import { faultySource } from '../src/testing/index.ts'
import type { Row } from '../src/vocabulary/cell.ts'
import { unpackRows } from '../src/vocabulary/packed-rows.ts'
import { makeMariadb, mariadbTest, runMariadb } from './server/mariadb.ts'

const bytesOf = (value: unknown): Buffer | null => (value === null ? null : Buffer.from(String(value)))
const rowsOf = (taker: RowTaker): Row[] =>
  taker.pieces().flatMap(({ rows, packed }) => (packed === undefined ? [...rows] : unpackRows(packed)))
const plain = (row: Row): unknown[] => row.map((cell) => (cell instanceof Uint8Array ? Buffer.from(cell).toString() : cell))

/** A field as LOAD DATA reads it. */
function escaped(text: string | null): string {
  const letters: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '\\0' }
  return text === null ? '\\N' : text.replace(/[\\\t\n\r\0]/g, (letter) => letters[letter] ?? letter)
}

const few = fc.oneof(
  fc.constant(null),
  fc.bigInt({ min: -20n, max: 20n }),
  fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n }),
)
const many = fc.oneof(few, fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 10n ** 15n, 9_007_199_254_740_993n))
const text = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\\N', 'a\tb\\\r\n\0', 'x'.repeat(300), 'é漢🙂'),
)

for (const [what, integer] of [
  ['integers of few digits', few],
  ['integers of any number of digits', many],
] as const)
  test(`W-1 rows come out of packets as they are, packed or not, with the rest as fields of LOAD DATA: ${what}`, () => {
    const shape = { readers: [readerOf('int64'), readerOf('int64')], tail: [false, true, false] }
    fc.assert(
      fc.property(
        fc.array(fc.tuple(integer, integer, text, fc.uint8Array({ maxLength: 9 }), text), { maxLength: 90 }),
        (rows) => {
          const takers = [new CellRows(shape), new PackedPacketRows(shape)]
          const expected = rows.map(([a, b, c, d, e]) => [
            a,
            b,
            `${escaped(c)}\t${Buffer.from(d).toString('hex')}\t${escaped(e)}`.replaceAll(/[\ud800-\udfff]/gu, '\ufffd'),
          ])
          for (const taker of takers) {
            const found: Row[] = []
            rows.forEach(([a, b, c, d, e], i) => {
              const packet = Buffer.concat([
                Buffer.of(1, 2, 3),
                packetOf([a, b, c].map(bytesOf).concat([Buffer.from(d), bytesOf(e)])),
              ])
              taker.take(packet, 3, packet.length)
              packet.fill(0xee) // it is the driver's again
              if (i % 40 === 39) found.push(...rowsOf(taker))
            })
            expect([...found, ...rowsOf(taker)].map(plain)).toEqual(expected)
          }
        },
      ),
    )
  })

test('W-1 a packet with more or fewer fields than were asked for becomes a row of another width', () => {
  for (const tail of [[], [false]]) {
    const shape = { readers: [readerOf('int64'), readerOf('int64')], tail }
    for (const fields of tail.length === 0 ? [['1'], ['1', '2', '3']] : [['1'], ['1', '2'], ['1', '2', '3', '4']]) {
      for (const taker of [new CellRows(shape), new PackedPacketRows(shape)]) {
        const packet = packetOf(fields.map(bytesOf))
        taker.take(packet, 0, packet.length)
        expect(rowsOf(taker)[0]?.length, `${fields.length} with ${tail.length}`).not.toBe(2 + tail.length)
      }
    }
  }
  const packet = packetOf([Buffer.from('1x'), null])
  const shape = { readers: [readerOf('int64'), readerOf('int64')], tail: [] }
  expect(() => new PackedPacketRows(shape).take(packet, 0, packet.length)).toThrow(SyntaxError)
})

test('W-1 the length of a field has one byte, or two, three or eight after a mark', () => {
  for (const [length, head] of [
    [250, [250]],
    [251, [252, 251, 0]],
    [65_535, [252, 255, 255]],
    [65_536, [253, 0, 0, 1]],
  ] as const) {
    const taker = new CellRows({ readers: [readerOf('text')], tail: [] })
    const packet = Buffer.concat([Buffer.from(head), Buffer.alloc(length, 'x')])
    taker.take(packet, 0, packet.length)
    expect(rowsOf(taker)).toEqual([['x'.repeat(length)]])
  }
})

mariadbTest('W-1 rows are the same from a driver that has no handler of packets to put aside', async () => {
  const url = new URL(
    await makeMariadb(
      "CREATE TABLE t (id int, v text); INSERT INTO t SELECT seq, IF(seq % 3, CONCAT('é', seq), NULL) FROM seq_1_to_2000",
    ),
  )
  const client = mysql.createConnection({
    host: url.hostname,
    port: Number(url.port),
    user: 'root',
    database: url.pathname.slice(1),
    charset: 'utf8mb4',
  })
  let hidden = 0
  const events = new Proxy(client, {
    get: (target, name) => {
      if (name !== 'query') {
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      }
      return (...args: unknown[]) => {
        const query: object = Reflect.apply(target.query, target, args)
        return new Proxy(query, {
          get: (inner, member) => {
            if (member === 'row') return void hidden++
            const value: unknown = Reflect.get(inner, member)
            return typeof value === 'function' ? value.bind(inner) : value
          },
        })
      }
    },
  })
  const read = async (of: unknown): Promise<Row[]> => {
    const connection = new MysqlConnection(of as MysqlClient, undefined, false)
    const rows: Row[] = []
    const shape = { readers: [readerOf('int64')], tail: [false] }
    for await (const piece of connection.rows('SELECT id, v FROM t ORDER BY id', () => new CellRows(shape)))
      rows.push(...piece.rows)
    return rows
  }
  const expected = await read(client)
  expect(hidden).toBe(0)
  expect(await read(events)).toEqual(expected)
  expect(hidden).toBe(1)
  expect(expected).toHaveLength(2000)
  await client.promise().end()
})

const SCHEMA = `CREATE TABLE o (id bigint PRIMARY KEY, twin bigint, name varchar(20), FOREIGN KEY (twin) REFERENCES o (id));
  CREATE TABLE i (o bigint NOT NULL, line int NOT NULL, other bigint, v text, b varbinary(9), PRIMARY KEY (o, line), FOREIGN KEY (o) REFERENCES o (id), FOREIGN KEY (other) REFERENCES o (id))`
const ROWS = `INSERT INTO o SELECT seq * 3, IF(seq % 3 = 0, (seq - 1) * 3, NULL), CONCAT('o', seq) FROM seq_1_to_700;
  INSERT INTO i SELECT o.id, l.l, IF(l.l = 2, 3, NULL), IF(l.l = 1, CONCAT('\\t\\\\\\n\\r\\0', o.id), NULL), IF(l.l = 2, x'00ff0a5c', NULL) FROM o, (SELECT 1 AS l UNION SELECT 2 UNION SELECT -5) AS l`
const CONTENT =
  'SELECT o.name, t.name, i.line, x.name, HEX(i.v), HEX(i.b) FROM i JOIN o ON o.id = i.o LEFT JOIN o t ON t.id = o.twin LEFT JOIN o x ON x.id = i.other ORDER BY o.name, i.line'

async function makeBoth(): Promise<{ readonly from: string; readonly to: string }> {
  return { from: await makeMariadb(`${SCHEMA}; ${ROWS}`), to: await makeMariadb(SCHEMA) }
}

for (const [references, keys] of [
  ['bulk', 'remap'],
  ['bulk', 'keep'],
  ['enforced', 'keep'],
] as const)
  mariadbTest(`V-11 M-1 packed rows keep what they say, in pages and batches of any size: ${references}, ${keys}`, async () => {
    const { from, to } = await makeBoth()
    await using source = await openMysql(from, { readOnly: true })
    const content = async (url: string) => (await runMariadb(url, CONTENT)).map(([name, ...rest]) => [name, ...rest].join('|'))
    const expected = await content(from)
    expect(expected).toHaveLength(2100)
    for (const [batchRows, commitRows] of [
      [7, 1000],
      [400, 1000],
      [1000, 10_000],
    ] as const) {
      await using destination = await openMysql(to)
      let packed = 0
      const watched = faultySource(source, 'i', (chunk, { numbers }) => {
        if (numbers !== undefined) packed += chunk.rows.length
        return [chunk]
      })
      const options = { source: watched, destination, references, keys, roots: [{ table: 'i' }], batchRows } as const
      const report = await runExport(await planExport(options), { ...options, commitRows })
      expect(report.tables.map(({ written }) => written).toSorted((a, b) => a - b)).toEqual([700, 2100])
      expect(packed).toBe(2100)
      expect(await content(to)).toEqual(expected)
      await runMariadb(
        to,
        'SET foreign_key_checks = 0; TRUNCATE i; TRUNCATE o; DROP TABLE loopwright_export_run, loopwright_export_batch',
      )
    }
  })

const swapped = ([a = [], b = [], ...rest]: Row[]): Row[] => [b, a, ...rest]
const FAULTS: readonly (readonly [name: string, code: ExportErrorCode, change: (rows: Row[]) => Row[]])[] = [
  ['V-1 a cell lacks', 'ERR_EXPORT_COLUMNS', (rows) => rows.map((row) => row.toSpliced(1, 1))],
  ['V-2 two rows are swapped', 'ERR_EXPORT_ROW_ORDER', swapped],
  ['V-3 a row comes again', 'ERR_EXPORT_ROW_DUPLICATE', (rows) => [...rows, ...rows.slice(0, 1)]],
  ['V-4 another key', 'ERR_EXPORT_ROW_UNREQUESTED', (rows) => rows.map((row) => row.with(1, 77_777n))],
  ['V-5 a key is NULL', 'ERR_EXPORT_KEY_TYPE', (rows) => rows.map((row) => row.with(1, null))],
  ['V-6 a row does not arrive', 'ERR_EXPORT_ROW_MISSING', (rows) => rows.slice(1)],
  ['V-8 a reference to nothing', 'ERR_EXPORT_UNMAPPED', (rows) => rows.map((row) => row.with(3, 77_777n))],
]
for (const [name, code, change] of FAULTS)
  mariadbTest(`${name}, among packed rows of MariaDB: ${code}`, async () => {
    const { from, to } = await makeBoth()
    await using source = await openMysql(from, { readOnly: true })
    await using destination = await openMysql(to)
    let tampered = 0
    const faulty = faultySource(source, 'i', (chunk, { tail = [], numbers }) => {
      if (tail.length === 0 || numbers === undefined || chunk.rows.length === 0) return [chunk]
      tampered++
      return [{ ...chunk, rows: change(chunk.rows.map((row) => [...row])) }]
    })
    const options = { source: faulty, destination, roots: [{ table: 'i' }] }
    await expect(runExport(await planExport(options), options)).rejects.toMatchObject({ code })
    expect(tampered).toBeGreaterThan(0)
    expect(await runMariadb(to, 'SELECT count(*) FROM i')).toEqual([['0']])
  })

mariadbTest('F-1 keys of many digits among others, and what stands beside them, are copied as they are', async () => {
  const schema = 'CREATE TABLE t (id bigint PRIMARY KEY, r bigint, y year, z int(6) zerofill, v text)'
  const from =
    await makeMariadb(`${schema}; INSERT INTO t VALUES (-9223372036854775808, 1, 0, 7, 'least'), (-5, 2, 2024, 42, NULL), (7, 9007199254740993, 1999, 0, ''),
    (9007199254740993, NULL, NULL, NULL, 'great'), (9223372036854775807, -1, 2155, 999999, 'greatest'); INSERT INTO t SELECT seq, seq, 2000, seq, 'x' FROM seq_10_to_1500`)
  const to = await makeMariadb(schema)
  await using source = await openMysql(from, { readOnly: true })
  await using destination = await openMysql(to)
  const options = { source, destination, roots: [{ table: 't' }], keys: 'keep' } as const
  await runExport(await planExport(options), options)
  const all = 'SELECT * FROM t ORDER BY id'
  expect(await runMariadb(to, all)).toEqual(await runMariadb(from, all))
})

test('F-1 cells keep their bytes when the packet is gone', () => {
  const taker = new CellRows({ readers: [readerOf('bytes'), readerOf('double')], tail: [] })
  const packet = packetOf([Buffer.of(0, 255), Buffer.from('-1.5e3')])
  taker.take(packet, 0, packet.length)
  packet.fill(0)
  expect(rowsOf(taker)).toEqual([[Uint8Array.of(0, 255), -1500]])
})
