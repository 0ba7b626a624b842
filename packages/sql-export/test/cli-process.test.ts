// The command as users meet it: progress on a terminal and elsewhere, configuration modules, interruption, connections that fail.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { beforeAll, expect, test } from 'vitest'
import { openProgress, plainLines } from '../src/cli/progress-output.ts'
import type { ExportSnapshot } from '../src/index.ts'
import { SHOP, makeDatabase, query, testFolder } from './database.ts'

const CLI = join(import.meta.dirname, '../dist/cli.js')
const ENV = { ...process.env, NODE_NO_WARNINGS: '1', PGPASSWORD: undefined, MYSQL_PWD: undefined }

beforeAll(() => {
  if (!existsSync(CLI)) throw new Error('build the package first')
})

const at = (more: Partial<ExportSnapshot>): ExportSnapshot => ({
  phase: 'load',
  table: 'orders',
  rowsDone: 120,
  rowsTotal: 400,
  bytesDone: 0,
  rowsPerSecond: 100,
  elapsedMs: 1200,
  estimatedMs: 2800,
  ...more,
})

/** Collects what is written, as a terminal or as a file. */
function stream(isTTY: boolean): { readonly output: NodeJS.WriteStream; text(): string } {
  let all = ''
  const writable = new Writable({
    write(chunk: Buffer, _encoding, done) {
      all += chunk.toString('utf8')
      done()
    },
  })
  return { output: Object.assign(writable, { isTTY, columns: 100, rows: 20 }) as unknown as NodeJS.WriteStream, text: () => all }
}

test('O-2 a terminal gets a bar with rows, rate and time left, and is left clean', async () => {
  const { output, text } = stream(true)
  const progress = await openProgress('auto', false, output)
  progress.report(at({}))
  progress.report(at({ rowsDone: 300, estimatedMs: 1000 }))
  progress.stop()
  expect(text()).toContain('load |')
  expect(text()).toContain('120 of 400 rows, 100 rows/s, 3 s left orders')
  expect(text()).toContain('\u001b[?25h') // the cursor is there again
})

test('O-2 elsewhere there is a line for each phase and table, and one every 5 s', () => {
  const { output, text } = stream(false)
  const progress = plainLines(output)
  for (const elapsedMs of [1200, 1300, 6000, 6300]) progress.report(at({ elapsedMs }))
  progress.report(at({ table: 'visit', elapsedMs: 6400, estimatedMs: 600_000 }))
  progress.report(at({ phase: 'done', table: null, elapsedMs: 6500 }))
  expect(text().split('\n')).toEqual([
    'load orders: 120 of 400 rows, 1.2 s, 100 rows/s, 3 s left',
    'load orders: 120 of 400 rows, 6.3 s, 100 rows/s, 3 s left',
    'load visit: 120 of 400 rows, 6.4 s, 100 rows/s, 10 min left',
    'done: 120 of 400 rows, 6.5 s',
    '',
  ])
})

test('O-2 --json gives objects, and off nothing', async () => {
  const json = stream(true)
  ;(await openProgress('auto', true, json.output)).report(at({}))
  expect(JSON.parse(json.text())).toMatchObject({ progress: { table: 'orders', rowsPerSecond: 100, estimatedMs: 2800 } })
  const off = stream(true)
  ;(await openProgress('off', true, off.output)).report(at({}))
  expect(off.text()).toBe('')
})

test('Z-2 a configuration module is run, its export is checked, and its failure is told', async () => {
  const from = `sqlite:${await makeDatabase(SHOP)}`
  const folder = testFolder()
  const plan = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return spawnSync(process.execPath, [CLI, 'plan', '--from', from, '--config', join(folder, name)], {
      encoding: 'utf8',
      env: ENV,
      timeout: 20_000,
    })
  }
  const typed = `/** @type {import('@loopwright/sql-export').ExportConfig} */
export default { roots: [1000, 1001].map((id) => ({ table: 'orders', where: 'id = ?', params: [id] })) }`
  expect(plan('good.mjs', typed)).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringContaining('orders: 2 rows') as string,
  })
  expect(plan('none.mjs', 'export const config = {}')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('[ERR_EXPORT_CONFIG]') as string,
  })
  const thrown = plan('throws.mjs', "throw new Error('not today')")
  expect(thrown).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/throws\.mjs failed.*\[ERR_EXPORT_CONFIG\]/) as string,
  })
})

test('Z-5 a connection that fails is told in two lines with host, port and what to check, and never with the password', async () => {
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as AddressInfo
      server.close(() => resolve(free))
    })
  })
  const config = join(testFolder(), 'config.json')
  writeFileSync(config, JSON.stringify({ roots: [{ table: 'orders' }] }))
  for (const scheme of ['postgres', 'mysql'])
    for (const json of [[], ['--json']]) {
      const url = `${scheme}://app:s3cret@127.0.0.1:${port}/shop`
      const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'plan', '--from', url, '--config', config, ...json], {
        encoding: 'utf8',
        env: ENV,
        timeout: 30_000,
      })
      expect(stderr).toContain(`127.0.0.1:${port}`)
      expect(stderr).toContain('ERR_EXPORT_CONNECTION')
      expect(stderr).not.toContain('s3cret')
      expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    }
})

const BIG = `CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id), name TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO parent SELECT i, 'parent ' || i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) INSERT INTO child SELECT i, 1 + i % 1000, 'child ' || i FROM n`

test('O-3 Ctrl-C rolls back what is open, leaves what is committed resumable, and ends with 130', {
  timeout: 120_000,
}, async (context) => {
  if (process.platform === 'win32') context.skip('there is no SIGINT between processes')
  const from = await makeDatabase(BIG)
  const folder = testFolder()
  const config = join(folder, 'config.json')
  writeFileSync(config, JSON.stringify({ roots: [{ table: 'child' }] }))
  const to = join(folder, 'to.db')
  const args = [
    'run',
    '--from',
    `sqlite:${from}`,
    '--to',
    `sqlite:${to}`,
    '--config',
    config,
    '--create-tables',
    '--json',
    '--batch-rows',
    '500',
  ]
  const ended = await new Promise<{ readonly code: number | null; readonly stderr: string; readonly stdout: string }>(
    (resolve, reject) => {
      const child = spawn(process.execPath, [CLI, ...args], { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] })
      let stderr = ''
      let stdout = ''
      let isSent = false
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text
        if (!isSent && /"phase":"load","table":"child"/.test(stderr)) {
          isSent = true
          child.kill('SIGINT')
        }
      })
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, stderr, stdout }))
    },
  )
  expect(ended).toMatchObject({ code: 130, stdout: '', stderr: expect.stringContaining('interrupted') as string })
  const [[state] = []] = await query(to, 'SELECT state AS s FROM loopwright_export_run')
  expect(state).not.toBe('complete')
  const resumed = spawnSync(process.execPath, [CLI, 'resume', '--from', `sqlite:${from}`, '--to', `sqlite:${to}`], {
    encoding: 'utf8',
    env: ENV,
    timeout: 100_000,
  })
  expect(resumed).toMatchObject({ status: 0, stdout: expect.stringContaining('child: 400000 rows') as string })
  expect(await query(to, 'SELECT count(*) AS n, sum(id) AS s FROM child')).toEqual([[400_000n, 80_000_200_000n]])
})
