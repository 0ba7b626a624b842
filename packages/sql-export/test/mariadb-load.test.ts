// Rows into MariaDB by LOAD DATA LOCAL, whose warnings are errors here; and pages of integer keys as ranges.
import fc from 'fast-check'
import { expect } from 'vitest'
import { planExport, runExport } from '../src/index.ts'
import { openMysql } from '../src/mysql/index.ts'
import { cellField } from '../src/mysql/value-text.ts'
import { makeMariadb, mariadbTest, runMariadb } from './server/mariadb.ts'

/** What does not fit at the destination, by the path that writes it. */
const MISFITS = [
  ['a text that is too long', 'v varchar(40)', "'canary-text'", 'v varchar(5)', 'ERR_EXPORT_VALUE'],
  ['a number that is out of range', 'v int', '70000', 'v smallint', 'ERR_EXPORT_VALUE'],
  ['NULL for NOT NULL', 'v varchar(40)', 'NULL', 'v varchar(40) NOT NULL', 'ERR_EXPORT_VALUE'],
  ['a decimal that would be rounded', 'v decimal(10, 4)', '1.2345', 'v decimal(10, 2)', 'ERR_EXPORT_VALUE'],
  ['a letter that the character set lacks', 'v varchar(40)', "'漢字'", 'v varchar(40) CHARACTER SET latin1', 'ERR_EXPORT_VALUE'],
  ['a label that the enum lacks', "v enum('a', 'b')", "'b'", "v enum('a')", 'ERR_EXPORT_VALUE'],
  ['a row that a CHECK refuses', 'v int', '5', 'v int CHECK (v < 3)', 'ERR_EXPORT_VALUE'],
  ['a value that is there twice', 'v int', '5', 'v int UNIQUE', 'ERR_EXPORT_WRITE'],
] as const

for (const [what, from, value, to, code] of MISFITS)
  mariadbTest(`W-2 ${what} fails the run with ${code} on either path, and nothing is written`, async () => {
    const source = await makeMariadb(
      `CREATE TABLE t (id int PRIMARY KEY, ${from}); INSERT INTO t VALUES (1, ${value}), (2, ${value})`,
    )
    for (const off of ['', '?localInfile=off']) {
      const url = await makeMariadb(`CREATE TABLE t (id int PRIMARY KEY, ${to})`)
      await using reader = await openMysql(source, { readOnly: true })
      await using writer = await openMysql(url + off)
      const options = { source: reader, destination: writer, roots: [{ table: 't' }] }
      const failure: unknown = await runExport(await planExport(options), options).catch((error: unknown) => error)
      expect(failure).toMatchObject({ code })
      expect(String(failure)).not.toContain('canary')
      expect(await runMariadb(url, 'SELECT count(*) FROM t')).toEqual([['0']])
    }
  })

mariadbTest('W-2 a reference to nothing is skipped by the server with a warning, and fails the run', async () => {
  const url = await makeMariadb(
    'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p (id))',
  )
  await using handle = await openMysql(url)
  const session = await handle.openSession()
  await session.begin('enforced')
  const writer = session.openWriter({ schema: null, name: 'c' }, ['id', 'p'])
  await writer.write([[1n, 7n]], [0, 1])
  await expect(writer.flush()).rejects.toMatchObject({ code: 'ERR_EXPORT_WRITE' })
  await session.end()
})

mariadbTest('Z-6 a server that asks for another file than our stream gets none, and loses the connection', async () => {
  const url = await makeMariadb('CREATE TABLE t (line text)')
  await using handle = await openMysql(url)
  await expect(handle.execute("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t")).rejects.toMatchObject({
    name: 'ExportError',
  })
  await expect(handle.readCatalog()).rejects.toMatchObject({ code: 'ERR_EXPORT_CONNECTION' })
  expect(await runMariadb(url, 'SELECT count(*) FROM t')).toEqual([['0']])
})

mariadbTest('F-1 any text and any bytes arrive by LOAD DATA as they are', async () => {
  const url = await makeMariadb('CREATE TABLE t (id int PRIMARY KEY, v longtext, b longblob) COLLATE utf8mb4_bin')
  await using handle = await openMysql(url)
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('\\N', '\\', '\t', '\n', '\r\n', '\0', '\u001a', "'", ''),
  )
  const cells = fc.record({ v: fc.option(text), b: fc.option(fc.uint8Array({ maxLength: 40 })) })
  await fc.assert(
    fc.asyncProperty(fc.array(cells, { minLength: 1, maxLength: 20 }), async (rows) => {
      const session = await handle.openSession()
      try {
        await session.begin('bulk')
        const writer = session.openWriter({ schema: null, name: 't' }, ['id', 'v', 'b'])
        await writer.write(
          rows.map(({ v, b }, i) => [BigInt(i), v, b]),
          [0, 1, 2],
        )
        expect(await writer.flush()).toBe(rows.length)
        await writer.close()
        await session.commit()
        const found = await runMariadb(url, 'SELECT HEX(v), HEX(b) FROM t ORDER BY id')
        const hex = (bytes: Uint8Array | string | null): string | null =>
          bytes === null ? null : Buffer.from(bytes).toString('hex').toUpperCase()
        expect(found).toEqual(rows.map(({ v, b }) => [hex(v), hex(b)]))
        await runMariadb(url, 'DELETE FROM t')
      } finally {
        await session.end()
      }
    }),
    { numRuns: 25 },
  )
})

mariadbTest('F-1 a year of zero, bits and doubles have fields that mean the same', async () => {
  expect(cellField(0n, 'int64', 'year')).toBe('0000')
  expect(cellField(-0, 'double', 'double')).toBe('-0e0')
  expect(() => cellField('12', 'other', 'bit')).toThrow(/no bits/)
  expect(() => cellField(Number.NaN, 'double', 'double')).toThrow(/NaN/)
  expect(() => cellField(Uint8Array.of(0xff), 'text', 'text')).toThrow(/no text/)
})

const TABLES = `CREATE TABLE o (id bigint PRIMARY KEY, name varchar(20));
  CREATE TABLE i (o bigint NOT NULL, line int NOT NULL, v double, PRIMARY KEY (o, line), FOREIGN KEY (o) REFERENCES o (id));
  INSERT INTO o SELECT CAST(seq AS SIGNED) * 3 - 900, CONCAT('o', seq) FROM seq_1_to_700; INSERT INTO o VALUES (-9223372036854775808, 'least'), (9223372036854775807, 'greatest');
  INSERT INTO i SELECT o.id, l.l, o.id / 7 FROM o, (SELECT 1 AS l UNION SELECT 2 UNION SELECT -5) AS l`

for (const where of ['TRUE', 'o % 7 = 0', 'o % 41 = 0 OR o > 900', 'o < -9000000000000000000 OR o > 9000000000000000000'])
  mariadbTest(`V-11 pages of integer keys give the same rows at every size: ${where}`, async () => {
    const from = await makeMariadb(TABLES)
    await using source = await openMysql(from, { readOnly: true })
    const plan = await planExport({ source, roots: [{ table: 'i', where }], keys: 'keep' })
    const expected = await runMariadb(from, `SELECT * FROM i WHERE ${where} ORDER BY o, line`)
    expect(expected.length).toBeGreaterThan(5)
    for (const batchRows of where === 'TRUE' ? [7, 1000] : [1, 2, 100_000]) {
      const to = await makeMariadb()
      await using destination = await openMysql(to)
      await runExport(plan, { source, destination, createTables: true, batchRows })
      expect(await runMariadb(to, 'SELECT * FROM i ORDER BY o, line')).toEqual(expected)
    }
  })
