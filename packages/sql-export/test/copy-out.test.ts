// COPY … TO STDOUT read from the socket of `pg`: messages that begin and end anywhere.
import { EventEmitter } from 'node:events'
import fc from 'fast-check'
import pg from 'pg'
import { expect, test } from 'vitest'
import { planExport, runExport } from '../src/index.ts'
import { CopyOut, hasWire } from '../src/postgres/copy-out.ts'
import { openPostgres } from '../src/postgres/index.ts'
import { postgresFile, runPostgres, serverTest } from './server/postgres.ts'

const file = postgresFile()

class FakeSocket extends EventEmitter {
  isPaused = false
  pauses = 0
  pause(): void {
    this.isPaused = true
    this.pauses++
  }
  resume(): void {
    this.isPaused = false
  }
}

function message(code: string, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body)
  const head = Buffer.from([code.charCodeAt(0), 0, 0, 0, 0])
  head.writeUInt32BE(bytes.length + 4, 1)
  return Buffer.concat([head, bytes])
}

/** A client that knows no more of the protocol than whose answer ends when. */
function fakeWire(): { socket: FakeSocket; run(copy: CopyOut): void; passed: string[] } {
  const socket = new FakeSocket()
  const passed: string[] = []
  let active: CopyOut | undefined
  socket.on('data', (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
      const code = String.fromCharCode(bytes[at] ?? 0)
      const body = bytes.toString('utf8', at + 5, at + 1 + bytes.readUInt32BE(at + 1))
      passed.push(code)
      if (code === 'C') active?.handleCommandComplete({ text: body })
      if (code === 'E') active?.handleError(new Error(body))
      if (code === 'Z') active?.handleReadyForQuery()
    }
  })
  const run = (copy: CopyOut): void => {
    active = copy
    expect(copy.submit({ stream: socket, query: () => {} })).toBeUndefined()
  }
  return { socket, run, passed }
}

async function taken(copy: CopyOut): Promise<{ text: string; count: number; wholeRows: boolean }> {
  const pieces: Buffer[] = []
  const rows = copy.pieces()
  for (;;) {
    const { done, value } = await rows.next()
    if (done === true)
      return { text: Buffer.concat(pieces).toString(), count: value, wholeRows: pieces.every((piece) => piece.at(-1) === 10) }
    pieces.push(Buffer.from(value))
  }
}

test('W-1 rows are whole however their messages are cut, and other messages go to the parser of pg', async () => {
  const row = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => `${text.replaceAll('\n', '')}\n`)
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
      async (rows, cuts) => {
        const { socket, run, passed } = fakeWire()
        for (const round of [1, 2]) {
          const copy = new CopyOut('COPY')
          run(copy)
          const notice = message('N', 'a notice')
          const body = rows.flatMap((text, i) => (i % 3 === round ? [notice, message('d', text)] : [message('d', text)]))
          const all = Buffer.concat([
            message('H', 'x'),
            ...body,
            message('c', ''),
            message('C', `COPY ${rows.length}`),
            message('Z', 'T'),
          ])
          const result = taken(copy)
          for (let at = 0, i = 0; at < all.length; i++) {
            const to = at + (cuts[i % cuts.length] ?? 1)
            socket.emit('data', Buffer.from(all.subarray(at, to)))
            at = to
          }
          expect(await result).toEqual({ text: rows.join(''), count: rows.length, wholeRows: true })
          expect(socket.listenerCount('data')).toBe(1)
          expect(passed.splice(0).filter((code) => code !== 'N')).toEqual(['H', 'c', 'C', 'Z'])
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('Q-2 the socket is paused while rows wait, and goes on when they are taken or left', async () => {
  for (const isLeft of [false, true]) {
    const { socket, run } = fakeWire()
    const copy = new CopyOut('COPY')
    run(copy)
    const row = message('d', `${'x'.repeat(100_000)}\n`)
    for (let i = 0; i < 3; i++) socket.emit('data', Buffer.from(row))
    expect(socket.isPaused).toBe(true)
    const end = isLeft ? copy.leave() : taken(copy)
    await new Promise((go) => setImmediate(go))
    expect(socket.isPaused).toBe(false)
    socket.emit('data', Buffer.concat([message('C', 'COPY 3'), message('Z', 'T')]))
    await end
    expect(socket.pauses).toBe(1)
  }
})

test('V-9 what the server refuses in the middle, and a connection that is lost, is told after the rows that came', async () => {
  const { socket, run } = fakeWire()
  const copy = new CopyOut('COPY')
  run(copy)
  socket.emit('data', Buffer.concat([message('d', 'a\n'), message('E', 'no'), message('Z', 'E')]))
  const rows = copy.pieces()
  expect(Buffer.from((await rows.next()).value as Uint8Array).toString()).toBe('a\n')
  await expect(rows.next()).rejects.toThrow('no')
  expect(socket.listenerCount('data')).toBe(1)
})

test('a client whose socket is read by others is read by its own streams', () => {
  const socket = new EventEmitter()
  expect(hasWire({})).toBe(false)
  expect(hasWire({ connection: { stream: socket } })).toBe(false)
  socket.on('data', () => {})
  expect(hasWire({ connection: { stream: socket } })).toBe(true)
  socket.on('data', () => {})
  expect(hasWire({ connection: { stream: socket } })).toBe(false)
})

serverTest('W-1 rows come the same by the socket and by the streams of pg, one of them of two megabytes', async () => {
  const results: unknown[] = []
  for (const isHidden of [false, true]) {
    const [from, to] = [await file.makeSchema(), await file.makeSchema()]
    const path = `SET search_path = ${new URL(from).searchParams.get('schema')}`
    const there = `SET search_path = ${new URL(to).searchParams.get('schema')}`
    const table = 'CREATE TABLE t (id int PRIMARY KEY, v text)'
    const rows = `INSERT INTO t SELECT g, repeat(chr(64 + g % 60) || E'\\\\\\n\\té', CASE WHEN g = 77 THEN 400000 ELSE g % 50 END) FROM generate_series(1, 3000) g`
    await runPostgres(file.url, path, table, rows)
    await runPostgres(file.url, there, table)
    const client = new pg.Client({ connectionString: file.url })
    await client.connect()
    await client.query(path)
    const hidden = new Proxy(client, {
      get: (target, name) => {
        const member: unknown = name === 'connection' ? undefined : Reflect.get(target, name, target)
        return typeof member === 'function' ? (member.bind(target) as unknown) : member
      },
    })
    try {
      await using source = await openPostgres(isHidden ? hidden : client, { readOnly: true })
      await using destination = await openPostgres(to)
      const plan = await planExport({ source, destination, keys: 'keep', counts: false, roots: [{ table: 't' }] })
      await runExport(plan, { source, destination })
      results.push(await runPostgres(file.url, there, 'SELECT count(*), md5(string_agg(v, id::text ORDER BY id)) FROM t'))
    } finally {
      await client.end()
    }
  }
  expect(results[1]).toEqual(results[0])
})
