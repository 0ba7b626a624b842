// The service with its queue: several worker processes, one killed in mid-run, a poisoned script, an end that waits.
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyAudit } from '@loopwright/logiface/audit'
import { Queue } from 'bullmq'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestService } from './support/client.ts'

const connection = { host: '127.0.0.1', port: 6379 }
const PROGRAM = join(import.meta.dirname, '../../examples/50-script-service/queue-worker.ts')

const redis: boolean = await new Promise((resolve) => {
  const socket = connect(connection)
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  socket.unref()
})

const KEY = 'a key of these tests only'
let folder = ''
let name = ''
let queue: Queue
const workers: ChildProcess[] = []

async function startWorker(): Promise<ChildProcess> {
  const env = {
    ...process.env,
    QUEUE: name,
    SANDBOXES: '2',
    STALLED_MS: '1000',
    AUDIT: join(folder, `${workers.length}.log`),
    AUDIT_KEY: KEY,
  }
  const worker = fork(PROGRAM, { env, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  workers.push(worker)
  await once(worker, 'message')
  return worker
}

beforeEach((context) => {
  if (!redis) context.skip('needs redis: nothing answers on 127.0.0.1:6379')
  folder = mkdtempSync(join(tmpdir(), 'queue-workers-'))
  name = `loopwright-test-${randomUUID()}`
  queue = new Queue(name, { connection })
})
afterEach(async () => {
  for (const worker of workers.splice(0)) {
    if (worker.exitCode !== null || worker.signalCode !== null) continue
    const ended = once(worker, 'exit')
    worker.kill('SIGKILL')
    await ended
  }
  await queue?.obliterate({ force: true })
  await queue?.close()
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
})

test('scripts run in the workers: results, lines, failures by their codes, and the audit of both', async () => {
  const worker = await startWorker()
  await using opened = await openTestService({ queue: name })
  const { ask } = opened
  expect(opened.told).toBe('')
  await ask('PUT', '/scripts/good', {
    body: 'async function main({ n }) { console.log("n is", n); return platform.sha256(String(n)) }',
  })
  await ask('PUT', '/scripts/poison', { body: 'function main() { for (;;); }' })
  expect(await ask('POST', '/scripts/good/runs', { id: 'q-1', body: '{"n":1}' })).toMatchObject({
    status: 200,
    body: { result: '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b' },
  })
  expect(await (await opened.fetch('/runs/q-1/log')).text()).toContain('data: "n is 1"')
  expect(await ask('POST', '/scripts/poison/runs', { id: 'q-2' })).toMatchObject({
    status: 422,
    body: { error: { code: 'ERR_LIMIT_OPERATION' } },
  })
  await ask('PUT', '/scripts/good', { body: 'function main() { return "of other" }', tenant: 'other' })
  expect((await ask('POST', '/scripts/good/runs', { id: 'q-1', tenant: 'other' })).body).toMatchObject({ result: 'of other' })
  const [poisoned] = await queue.getFailed()
  expect([poisoned?.id, poisoned?.attemptsMade]).toEqual(['acme/q-2', 1])
  await opened.close()
  const ended = (await opened.audited()).filter(({ event }) => event === 'run.ended')
  expect(ended.map(({ requestId, outcome }) => [requestId, outcome])).toEqual([
    ['q-1', 'ok'],
    ['q-2', 'ERR_LIMIT_OPERATION'],
    ['q-1', 'ok'],
  ])
  const stopped = once(worker, 'exit')
  worker.kill('SIGTERM')
  await stopped
  const trail = join(folder, '0.log')
  expect(await verifyAudit(trail, { key: KEY })).toMatchObject({ intact: true })
  const records = readFileSync(trail, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(records.find(({ event }) => event === 'limit.fired')).toMatchObject({
    code: 'ERR_LIMIT_OPERATION',
    tenant: 'acme',
    sandboxId: 'acme/q-2',
  })
  expect(records.find(({ event }) => event === 'call.settled')).toMatchObject({ tenant: 'acme', sandboxId: 'acme/q-1' })
})

test('a worker that is killed with -9 in mid-run: its run is taken up by another, and no run is lost', async () => {
  const doomed = await startWorker()
  await using opened = await openTestService({ queue: name })
  await opened.ask('PUT', '/scripts/slow', {
    body: 'async function main({ n }) { await new Promise((go) => setTimeout(go, 500)); return n }',
  })
  const runs = Array.from({ length: 6 }, (_, n) => opened.ask('POST', '/scripts/slow/runs', { body: `{"n":${n}}` }))
  await expect.poll(() => queue.getActiveCount(), { timeout: 20_000 }).toBe(2)
  const [ended] = [once(doomed, 'exit')]
  doomed.kill('SIGKILL')
  await ended
  expect(await queue.getActiveCount()).toBe(2) // nobody has them now
  await startWorker()
  const answers = await Promise.all(runs)
  expect(answers.map(({ status, body }) => [status, body['result']])).toEqual(Array.from({ length: 6 }, (_, n) => [200, n]))
  expect(await queue.getJobCounts('completed', 'failed', 'active', 'waiting')).toEqual({
    completed: 6,
    failed: 0,
    active: 0,
    waiting: 0,
  })
})

test('a worker that is asked to stop finishes what it has', async () => {
  const worker = await startWorker()
  await using opened = await openTestService({ queue: name })
  await opened.ask('PUT', '/scripts/slow', {
    body: 'async function main() { await new Promise((go) => setTimeout(go, 500)); return "finished" }',
  })
  const run = opened.ask('POST', '/scripts/slow/runs')
  await expect.poll(() => queue.getActiveCount(), { timeout: 20_000 }).toBe(1)
  const ended = once(worker, 'exit')
  worker.kill('SIGTERM')
  expect((await run).body).toMatchObject({ result: 'finished' })
  expect(await ended).toEqual([0, null])
})
