// 200 000 rows into MariaDB: rows in memory with new keys by the exporter's writer, and a whole export, against LOAD DATA of ready bytes.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { planExport, runExport } from '@loopwright/sql-export'
import { openMysql } from '@loopwright/sql-export/mysql'
import mysql from 'mysql2/promise'
import { defineWorkload } from '../harness/workload.ts'

const HOST = '127.0.0.1'
const PORT = 3306
const ROWS = 200_000
const OFFSET = 1_000_000
const PAGE_ROWS = 5000
const SCHEMA =
  'CREATE TABLE item (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, parent bigint, what varchar(60) NOT NULL, price decimal(10, 2), placed datetime(6), note text)'
const COLUMNS = ['id', 'parent', 'what', 'price', 'placed', 'note'] as const
const ALL = `SELECT seq, IF(seq % 5 = 0, seq - 1, NULL), CONCAT('product ', seq % 977), seq % 5000 / 4, '2025-01-01' + INTERVAL seq SECOND, IF(seq % 4 = 0, CONCAT('note\\tof ', seq), NULL) FROM seq_1_to_${ROWS}`

type Text = string | null

async function withDatabases<T>(work: (from: string, to: string) => Promise<T>): Promise<T> {
  const name = `loopwright_bench_${process.pid}_${randomBytes(4).toString('hex')}`
  const admin = await mysql.createConnection({ host: HOST, port: PORT, user: 'root', multipleStatements: true })
  try {
    await admin.query(
      `CREATE DATABASE ${name}_from; CREATE DATABASE ${name}_to; USE ${name}_from; CREATE TABLE ${name}_from.${SCHEMA.slice('CREATE TABLE '.length)}; CREATE TABLE ${name}_to.${SCHEMA.slice('CREATE TABLE '.length)}; SET sql_mode = ''; INSERT INTO ${name}_from.item ${ALL}`,
    )
    return await work(`${name}_from`, `${name}_to`)
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${name}_from; DROP DATABASE IF EXISTS ${name}_to`)
    await admin.end()
  }
}

async function open(database: string): Promise<mysql.Connection> {
  return mysql.createConnection({ host: HOST, port: PORT, user: 'root', database, charset: 'utf8mb4' })
}

/** Throws unless the copy says what the source says, with every key greater by the same number. */
async function requireSame(from: string, to: string): Promise<void> {
  const connection = await open(to)
  const sum = (database: string, by: string): string =>
    `SELECT COUNT(*), SUM(CRC32(CONCAT_WS(',', id - ${by}, parent - ${by}, what, price, placed, note))), BIT_XOR(CRC32(CONCAT_WS('|', id - ${by}, what, note))) FROM ${database}.item`
  try {
    const [least] = await connection.query<mysql.RowDataPacket[]>({
      sql: `SELECT MIN(id) - 1 FROM ${to}.item`,
      rowsAsArray: true,
    })
    const by = String(least[0]?.[0])
    const [wanted] = await connection.query<mysql.RowDataPacket[]>({ sql: sum(from, '0'), rowsAsArray: true })
    const [found] = await connection.query<mysql.RowDataPacket[]>({ sql: sum(to, by), rowsAsArray: true })
    if (JSON.stringify(wanted) !== JSON.stringify(found))
      throw new Error(`${JSON.stringify(found)} for ${JSON.stringify(wanted)}`)
  } finally {
    await connection.end()
  }
}

async function rowsInMemory(from: string): Promise<Text[][]> {
  const connection = await open(from)
  try {
    const typeCast = (field: { string(): Text }): Text => field.string()
    const [rows] = await connection.query({
      sql: 'SELECT * FROM item ORDER BY id',
      rowsAsArray: true,
      typeCast: typeCast as never,
    })
    return rows as unknown as Text[][]
  } finally {
    await connection.end()
  }
}

/** New keys, encoding, LOAD DATA and its checks, from rows in memory. */
const writer = (insert: boolean): Promise<number> =>
  withDatabases(async (from, to) => {
    const rows = (await rowsInMemory(from)).map(([id, parent, ...rest]) => [
      BigInt(id ?? 0),
      parent === null || parent === undefined ? null : BigInt(parent),
      ...rest,
    ])
    await using destination = await openMysql(`mysql://root@${HOST}:${PORT}/${to}${insert ? '?localInfile=off' : ''}`)
    const session = await destination.openSession()
    const startedAt = performance.now()
    await session.begin('bulk')
    const into = session.openWriter({ schema: null, name: 'item' }, COLUMNS)
    const positions = COLUMNS.map((_, i) => i)
    const ranks = new Map(rows.map(([id], rank) => [id, BigInt(OFFSET + 1 + rank)]))
    for (let at = 0; at < rows.length; at += PAGE_ROWS) {
      const page = rows.slice(at, at + PAGE_ROWS)
      for (const row of page) {
        row[0] = ranks.get(row[0] as bigint) ?? null
        if (row[1] !== null) row[1] = ranks.get(row[1] as bigint) ?? null
      }
      await into.write(page, positions)
      await into.push?.() // as an export does: a statement ends when a commit is due
    }
    if ((await into.flush()) !== rows.length) throw new Error('rows are missing')
    await into.close()
    await session.commit()
    const ms = performance.now() - startedAt
    await session.end()
    await requireSame(from, to)
    return ms
  })

/** Closure, new keys, validation, load and verification, from the server to the server. */
const exporter = (): Promise<number> =>
  withDatabases(async (from, to) => {
    await using source = await openMysql(`mysql://root@${HOST}:${PORT}/${from}`, { readOnly: true })
    await using destination = await openMysql(`mysql://root@${HOST}:${PORT}/${to}`)
    const startedAt = performance.now()
    const plan = await planExport({ source, destination, roots: [{ table: 'item' }], counts: false })
    await runExport(plan, { source, destination, commitRows: 1_000_000 })
    const ms = performance.now() - startedAt
    await requireSame(from, to)
    return ms
  })

/** The floor: the bytes of all rows are ready, and one statement loads them. */
const loadReady = (): Promise<number> =>
  withDatabases(async (from, to) => {
    const field = (cell: Text): string =>
      cell === null ? '\\N' : cell.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n')
    const text = (await rowsInMemory(from)).map((row) => `${row.map(field).join('\t')}\n`).join('')
    const bytes = Buffer.from(text)
    const pieces: Buffer[] = []
    for (let at = 0; at < bytes.length; at += 64 * 1024) pieces.push(bytes.subarray(at, at + 64 * 1024))
    const connection = await open(to)
    try {
      const startedAt = performance.now()
      await connection.query('SET foreign_key_checks = 0')
      await connection.beginTransaction()
      await connection.query({
        sql: `LOAD DATA LOCAL INFILE 'ready' INTO TABLE item CHARACTER SET utf8mb4 (${COLUMNS.join(', ')})`,
        infileStreamFactory: () => Readable.from(pieces),
      })
      await connection.commit()
      const ms = performance.now() - startedAt
      await requireSame(from, to)
      return ms
    } finally {
      await connection.end()
    }
  })

function notRun(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port: PORT })
    const finish = (why: string | undefined): void => {
      socket.destroy()
      resolve(why)
    }
    socket.once('connect', () => finish(undefined))
    socket.once('error', () => finish('needs MariaDB: nothing answers on its port'))
  })
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: { 'LOAD DATA': () => writer(false), INSERT: () => writer(true), export: exporter, 'ready bytes': loadReady },
  figures: [
    { subject: 'LOAD DATA', peer: 'ready bytes', ratio: 'speedup', target: '>= 0.8' },
    { subject: 'export', peer: 'ready bytes', ratio: 'speedup', target: '>= 0.6' },
    { subject: 'LOAD DATA', peer: 'INSERT', ratio: 'speedup' },
  ],
  notRun,
})
