// The audit writer, its verifier and the command.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AuditHead, AuditOptions } from '../src/audit/index.ts'
import { auditBackend, auditSink, verifyAudit } from '../src/audit/index.ts'
import { runCommand } from '../src/cli/run.ts'
import { createLogger, isLogError } from '../src/index.ts'

const KEY = 'a secret of enough bytes'

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'audit-'))
}

/** Writes `count` lines and closes the file. */
function writeFile(path: string, count: number, options: Partial<AuditOptions> = {}): AuditHead {
  const backend = auditBackend({ path, key: KEY, sync: 'none', ...options })
  const log = createLogger({ backend, levels: { audit: 9 } })
  for (let i = 0; i < count; i++) log.audit()?.num('i', i).msg(`line ${i}`)
  backend.close()
  return backend.head
}

async function* bytesOf(bytes: Uint8Array, chunk = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += chunk) yield bytes.subarray(at, at + chunk)
}

const linesOf = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1)

test('A-1 each line carries seq, prev and hash; the chain verifies; forged members are renamed', async () => {
  const path = join(folder(), 'audit.log')
  const backend = auditBackend({ path, key: KEY })
  const log = createLogger({ backend, levels: { audit: 9 }, redact: ['password'] })
  log
    .audit()
    ?.num('seq', 99)
    .str('hash', 'forged')
    .str('prev', 'forged')
    .str('password', 'MARK')
    .num('twice', 1)
    .num('twice', 2)
    .msg('first')
  log
    .audit()
    ?.raw('raw', '{"a":1,"a":2}')
    .json('o', { a: [1] })
    .msg('second')
  backend.close()
  const [first, second, checkpoint] = linesOf(path).map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(first).toMatchObject({
    level: 'audit',
    seq_: 99,
    hash_: 'forged',
    prev_: 'forged',
    password: '[Redacted]',
    twice: 2,
    msg: 'first',
    seq: 1,
    prev: '0'.repeat(64),
  })
  expect(second).toMatchObject({ raw: { a: 2 }, seq: 2, prev: first?.['hash'] })
  expect(checkpoint).toMatchObject({ level: 'audit-checkpoint', checkpoint: { seq: 2, hash: second?.['hash'] }, seq: 3 })
  expect(linesOf(path)[0]?.match(/"twice"/g)).toHaveLength(1)
  expect(linesOf(path)[1]?.match(/"a"/g)).toHaveLength(2)
  expect(await verifyAudit(path, { key: KEY })).toEqual({ intact: true, lines: 3, checkpoints: 1, head: backend.head })
})

test('A-1 without a key the chain is plain SHA-256', async () => {
  const path = join(folder(), 'audit.log')
  writeFile(path, 3, { key: undefined })
  expect(await verifyAudit(path)).toMatchObject({ intact: true, lines: 4 })
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: false, line: 1, kind: 'wrong-key' })
})

test('A-3 checkpoints by count and at close, signed, and handed to the anchor', async () => {
  const path = join(folder(), 'audit.log')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const anchors: AuditHead[] = []
  writeFile(path, 5, { checkpoint: { lines: 2, signingKey: privateKey, anchor: (head) => void anchors.push(head) } })
  expect(anchors.map(({ seq }) => seq)).toEqual([3, 6, 8])
  expect(await verifyAudit(path, { key: KEY, publicKey, expectedHead: anchors[2] })).toMatchObject({
    intact: true,
    checkpoints: 3,
  })
  const other = generateKeyPairSync('ed25519').publicKey
  expect(await verifyAudit(path, { key: KEY, publicKey: other })).toEqual({ intact: false, line: 3, kind: 'wrong-key' })
  writeFile(path, 1)
  expect(await verifyAudit(path, { key: KEY, publicKey })).toMatchObject({ intact: false, kind: 'wrong-key' }) // an unsigned checkpoint
})

test('A-3 a checkpoint follows the last line after checkpoint.ms', async () => {
  const backend = auditBackend({ path: join(folder(), 'audit.log'), checkpoint: { ms: 10 } })
  const log = createLogger({ backend, levels: { audit: 9 } })
  log.audit()?.msg('one')
  await expect.poll(() => backend.head.seq).toBe(2)
  backend.close()
  expect(backend.head.seq).toBe(2)
})

test('A-3 a cut tail shows only against a head that was kept elsewhere', async () => {
  const path = join(folder(), 'audit.log')
  const head = writeFile(path, 5)
  const whole = linesOf(path)
  writeFileSync(
    path,
    whole
      .slice(0, 4)
      .map((line) => `${line}\n`)
      .join(''),
  )
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: true, lines: 4 })
  expect(await verifyAudit(path, { key: KEY, expectedHead: head })).toEqual({ intact: false, line: 5, kind: 'cut' })
})

test('A-4 a file that is opened again goes on with its chain, and so does a new one after rotation', async () => {
  const path = join(folder(), 'audit.log')
  writeFile(path, 2)
  writeFile(path, 2)
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: true, lines: 6 })
  const backend = auditBackend({ path, key: KEY })
  const log = createLogger({ backend, levels: { audit: 9 } })
  log.audit()?.msg('old file')
  renameSync(path, `${path}.1`)
  backend.reopen()
  log.audit()?.msg('new file')
  backend.close()
  expect(await verifyAudit([`${path}.1`, path], { key: KEY, expectedHead: backend.head })).toMatchObject({
    intact: true,
    lines: 10,
  })
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: false, line: 1, kind: 'removed' })
  const seq = Number(JSON.parse(linesOf(`${path}.1`).at(-1) as string).seq)
  const hash = String(JSON.parse(linesOf(`${path}.1`).at(-1) as string).hash)
  expect(await verifyAudit(path, { key: KEY, after: { seq, hash } })).toMatchObject({ intact: true })
})

test('A-4 a torn line is moved aside, and the next line says so', async () => {
  const path = join(folder(), 'audit.log')
  writeFile(path, 2)
  appendFileSync(path, '{"level":"audit","ti')
  expect(await verifyAudit(path, { key: KEY })).toEqual({ intact: false, line: 4, kind: 'torn' })
  writeFile(path, 1)
  expect(readFileSync(`${path}.torn-4`, 'utf8')).toBe('{"level":"audit","ti')
  expect(JSON.parse(linesOf(path)[3] as string)).toMatchObject({ level: 'audit-recovery', _torn: { bytes: 20 } })
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: true, lines: 6 })
})

test('A-4 a first line that is torn leaves a chain that starts anew', async () => {
  const path = join(folder(), 'audit.log')
  writeFileSync(path, '{"lev')
  writeFile(path, 1)
  expect(existsSync(`${path}.torn-1`)).toBe(true)
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: true, lines: 3 })
})

test('A-4 a last line longer than one read is found', async () => {
  const path = join(folder(), 'audit.log')
  const backend = auditBackend({ path, key: KEY, checkpoint: { lines: 1 } })
  const log = createLogger({ backend, levels: { audit: 9 }, bounds: { string: 300_000 } })
  log.audit()?.str('s', 'x'.repeat(200_000)).msg()
  backend.close()
  truncateSync(path, readFileSync(path).indexOf(0x0a) + 1)
  writeFile(path, 1)
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: true, lines: 3 })
})

test('A-4 a second writer is refused; a lock whose process is gone is taken over', () => {
  const path = join(folder(), 'audit.log')
  const backend = auditBackend({ path })
  const codeOf = (): string | undefined => {
    try {
      auditBackend({ path })
    } catch (error) {
      return isLogError(error) ? error.code : String(error)
    }
    return undefined
  }
  expect(codeOf()).toBe('ERR_AUDIT_LOCKED')
  backend.close()
  expect(existsSync(`${path}.lock`)).toBe(false)
  const gone = spawnSync(process.execPath, ['-e', 'console.log(process.pid)'], { encoding: 'utf8' })
  writeFileSync(`${path}.lock`, `${gone.stdout.trim()} 1\n`)
  writeFile(path, 1, { key: undefined })
  writeFileSync(`${path}.lock`, `${process.pid} 1\n`) // an earlier process that had this id
  writeFile(path, 1, { key: undefined })
  writeFileSync(`${path}.lock`, `${process.ppid} 1\n`)
  expect(codeOf()).toBe('ERR_AUDIT_LOCKED')
})

test('A-4 a file that does not fit the key is not written to', () => {
  const path = join(folder(), 'audit.log')
  writeFile(path, 1)
  expect(() => auditBackend({ path, key: 'another secret of enough bytes' })).toThrow(
    expect.objectContaining({ code: 'ERR_AUDIT_BROKEN' }),
  )
  expect(readdirSync(join(path, '..'))).toEqual(['audit.log'])
})

test('A-5 a failed write is returned by emit and counted; with failClosed it throws from msg', () => {
  for (const failClosed of [false, true]) {
    const backend = auditBackend({ path: join(folder(), 'audit.log'), failClosed })
    const errors: Error[] = []
    const log = createLogger({ backend, levels: { audit: 9 }, onError: (error) => errors.push(error) })
    const sink = auditSink(log, 'audit')
    sink.write({ event: 'ok' })
    backend.close()
    expect(log.emit('audit', () => undefined)).toMatchObject({ code: 'ERR_LOG_WRITE' })
    expect(() => sink.write({ event: 'lost' })).toThrow(expect.objectContaining({ code: 'ERR_LOG_WRITE' }))
    if (failClosed) expect(() => log.audit()?.msg('x')).toThrow(expect.objectContaining({ code: 'ERR_LOG_WRITE' }))
    else {
      log.audit()?.msg('x')
      expect(errors).toHaveLength(3)
    }
    expect(log.stats()).toMatchObject({ written: 1, dropped: 3 })
  }
})

test('O-2 auditSink writes one event a record, and throws when nothing was written', () => {
  const path = join(folder(), 'audit.log')
  const backend = auditBackend({ path })
  auditSink(createLogger({ backend, levels: { audit: 9 } }), 'audit').write({
    v: 1,
    seq: 7,
    event: 'sandbox.created',
    detail: { a: 1 },
  })
  backend.close()
  expect(JSON.parse(linesOf(path)[0] as string)).toMatchObject({
    level: 'audit',
    v: 1,
    seq_: 7,
    event: 'sandbox.created',
    detail: { a: 1 },
  })
  expect(() => auditSink(createLogger({ backend: null, levels: { audit: 9 } }), 'audit').write({})).toThrow('not written')
})

test('A-6 every change of a single byte of a small file is found', async () => {
  const path = join(folder(), 'audit.log')
  const head = writeFile(path, 2)
  const bytes = readFileSync(path)
  for (let at = 0; at < bytes.byteLength; at++) {
    for (const flip of [1, 0x20, 0x80]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ flip
      const result = await verifyAudit(bytesOf(changed), { key: KEY, expectedHead: head })
      expect(result.intact, `byte ${at} ^ ${flip}`).toBe(false)
    }
  }
})

test('A-6 any byte edited, any line removed, doubled or swapped is found', async () => {
  const path = join(folder(), 'audit.log')
  const head = writeFile(path, 8)
  const bytes = readFileSync(path)
  const lines = linesOf(path)
  const join_ = (changed: readonly string[]): Buffer => Buffer.from(changed.map((line) => `${line}\n`).join(''))
  const index = fc.nat({ max: lines.length - 1 })
  const change = fc.oneof(
    fc.tuple(fc.nat({ max: bytes.byteLength - 1 }), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ flip
      return { changed, kind: undefined }
    }),
    index.map((at) => ({ changed: join_(lines.toSpliced(at, 1)), kind: at === lines.length - 1 ? 'cut' : 'removed' })),
    index.map((at) => ({ changed: join_(lines.toSpliced(at, 0, lines[at] as string)), kind: 'inserted' })),
    fc.uniqueArray(index, { minLength: 2, maxLength: 2 }).map(([a, b]) => {
      const changed = [...lines]
      changed[a as number] = lines[b as number] as string
      changed[b as number] = lines[a as number] as string
      return { changed: join_(changed), kind: 'reordered' }
    }),
    fc.nat({ max: bytes.byteLength - 1 }).map((length) => ({ changed: bytes.subarray(0, length), kind: undefined })),
  )
  await fc.assert(
    fc.asyncProperty(change, fc.integer({ min: 1, max: 5000 }), async ({ changed, kind }, chunk) => {
      const result = await verifyAudit(bytesOf(changed, chunk), { key: KEY, expectedHead: head })
      expect(result).toMatchObject(kind === undefined ? { intact: false } : { intact: false, kind })
    }),
    { numRuns: process.env['LOOPWRIGHT_LONG'] === '1' ? 20_000 : 500 },
  )
})

test('A-6 kill -9 while lines are written: what is there verifies once the file is opened again', async () => {
  const path = join(folder(), 'audit.log')
  const script = `
    import { auditBackend } from ${JSON.stringify(new URL('../dist/audit/index.js', import.meta.url).href)}
    import { createLogger } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)}
    const log = createLogger({ backend: auditBackend({ path: ${JSON.stringify(path)}, key: ${JSON.stringify(KEY)}, sync: 'none' }), levels: { audit: 9 } })
    for (let i = 0; ; i++) { log.audit().num('i', i).msg('m'); if (i === 100) process.stdout.write('running') }`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
  writeFile(path, 1)
  const result = await verifyAudit(path, { key: KEY })
  expect(result).toMatchObject({ intact: true })
  expect(result.intact && result.lines).toBeGreaterThan(100)
})

async function command(args: readonly string[], input = ''): Promise<{ status: number; out: string; err: string }> {
  const out: string[] = []
  const err: string[] = []
  const keep = (into: string[]): Writable =>
    new Writable({
      write: (chunk, _encoding, done) => {
        into.push(String(chunk))
        done()
      },
    })
  const status = await runCommand(args, { stdin: Readable.from([input]), stdout: keep(out), stderr: keep(err), env: {} })
  return { status, out: out.join(''), err: err.join('') }
}

test('A-7 the command: 0 intact, 1 broken, 2 usage', async () => {
  const dir = folder()
  const path = join(dir, 'audit.log')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const head = writeFile(path, 3, { checkpoint: { signingKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string } })
  writeFileSync(join(dir, 'key'), KEY)
  writeFileSync(join(dir, 'pub'), publicKey.export({ type: 'spki', format: 'pem' }))
  const options = ['--key-file', join(dir, 'key'), '--public-key', join(dir, 'pub')]
  expect(await command(['verify-audit', path, ...options])).toEqual({
    status: 0,
    out: `intact: 4 lines, 1 checkpoints, head 4:${head.hash}\n`,
    err: '',
  })
  expect(
    JSON.parse((await command(['verify-audit', path, ...options, '--json', '--expect', `4:${head.hash}`])).out),
  ).toMatchObject({ intact: true, lines: 4 })
  expect(await command(['verify-audit', path, ...options, '--expect', `5:${head.hash}`])).toMatchObject({
    status: 1,
    out: 'broken: line 5 cut\n',
  })
  writeFileSync(path, readFileSync(path, 'utf8').replace('line 1', 'line 9'))
  expect(await command(['verify-audit', path, ...options])).toMatchObject({ status: 1, out: 'broken: line 2 edited\n' })
  expect(await command(['verify-audit', join(dir, 'none')])).toMatchObject({ status: 1 })
  for (const wrong of [
    [],
    ['verify-audit'],
    ['verify-audit', path, '--expect', 'x'],
    ['verify-audit', path, '--nope'],
    ['nope'],
  ]) {
    const { status, out, err } = await command(wrong)
    expect([status, out]).toEqual([2, ''])
    expect(err).toContain('usage: logiface')
  }
  expect(await command(['--help'])).toMatchObject({ status: 0, err: '' })
})

test('A-7 the built command runs', () => {
  const cli = new URL('../dist/cli.js', import.meta.url).pathname
  expect(execFileSync(process.execPath, [cli, '--help'], { encoding: 'utf8' })).toContain('verify-audit')
  const path = join(folder(), 'audit.log')
  writeFile(path, 1, { key: undefined })
  expect(spawnSync(process.execPath, [cli, 'verify-audit', path]).status).toBe(0)
  writeFileSync(path, 'x')
  expect(spawnSync(process.execPath, [cli, 'verify-audit', path]).status).toBe(1)
  expect(spawnSync(process.execPath, [cli]).status).toBe(2)
})

test('O-4 pretty: aligned, stacks indented, control characters escaped, other text as it is', async () => {
  const lines = [
    '{"level":"info","time":0,"user":"ada","note":"two words","o":{"a":1},"msg":"hello"}',
    '{"level":"err","time":"1970-01-01T00:00:01.500Z","err":{"type":"Error","message":"no","stack":"Error: no\\n    at f"},"msg":"bad\\u001b[2Jnews\\r\\n"}',
    '{"level":30,"time":1,"k\\u001b":"v\\u009b\\u202e"}',
    'not JSON \u0007',
    '[1]',
  ]
  const { status, out } = await command(['pretty', '--no-color'], lines.join('\n'))
  expect(status).toBe(0)
  expect(out.split('\n')).toEqual([
    '00:00:00.000 INFO    hello user=ada note="two words" o={"a":1}',
    '00:00:01.500 ERR     bad\\u001b[2Jnews\\u000d\\u000a err={"type":"Error","message":"no"}',
    '    Error: no',
    '        at f',
    '00:00:00.001 INFO    k\\u001b=v\\u009b\\u202e',
    'not JSON \u0007',
    '[1]',
    '',
  ])
  expect((await command(['pretty', '--color'], lines[0])).out).toContain('\u001b[32mINFO   \u001b[0m')
})
