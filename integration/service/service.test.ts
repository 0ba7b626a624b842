// The reference service: uploads, runs, limits, tenants, logs that are followed, reload under way, and an end under load.
import { expect, test } from 'vitest'
import { openTestService } from './support/client.ts'

const DOUBLE = 'async function main({ n }) { return n * 2 }'

test('a script is uploaded, run, reloaded and removed; each tenant has its own', async () => {
  await using opened = await openTestService()
  const { ask } = opened
  expect(await ask('PUT', '/scripts/double', { body: DOUBLE })).toEqual({ status: 201, body: { name: 'double', version: 1 } })
  expect(await ask('POST', '/scripts/double/runs', { body: '{"n":4}', id: 'r-1' })).toEqual({
    status: 200,
    body: { run: 'r-1', version: 1, result: 8 },
  })
  expect((await ask('PUT', '/scripts/double', { body: DOUBLE.replace('2', '3') })).body).toEqual({ name: 'double', version: 2 })
  expect((await ask('POST', '/scripts/double/runs', { body: '{"n":4}' })).body).toMatchObject({ version: 2, result: 12 })
  expect((await ask('GET', '/scripts')).body).toEqual({ scripts: [{ name: 'double', version: 2 }] })
  expect((await ask('GET', '/scripts', { tenant: 'other' })).body).toEqual({ scripts: [] })
  expect((await ask('POST', '/scripts/double/runs', { tenant: 'other' })).status).toBe(404)
  expect((await ask('GET', '/runs/r-1/log', { tenant: 'other' })).status).toBe(404)
  expect((await ask('DELETE', '/scripts/double')).status).toBe(200)
  expect((await ask('POST', '/scripts/double/runs')).body).toMatchObject({ error: { code: 'no_such_script' } })
})

test('a request id is one tenant’s: the same id of another tenant is another run, with lines and an outcome of its own', async () => {
  await using opened = await openTestService()
  const { ask } = opened
  const talk = (text: string): string =>
    `async function main() { await new Promise((go) => setTimeout(go, 500)); console.log('${text}'); return '${text}' }`
  await ask('PUT', '/scripts/talk', { body: talk('of acme') })
  await ask('PUT', '/scripts/talk', { body: talk('of other'), tenant: 'other' })
  const first = ask('POST', '/scripts/talk/runs', { id: 'same' })
  while ((await opened.fetch('/runs/same/log')).status === 404);
  const second = ask('POST', '/scripts/talk/runs', { id: 'same', tenant: 'other' })
  expect([(await first).body['result'], (await second).body['result']]).toEqual(['of acme', 'of other'])
  const lines = async (tenant: string): Promise<unknown> =>
    (await (await opened.fetch('/runs/same/log', { tenant })).text()).match(/data: .*/g)
  expect(await lines('acme')).toEqual(['data: "of acme"', 'data: "ok"'])
  expect(await lines('other')).toEqual(['data: "of other"', 'data: "ok"'])
  expect(await ask('POST', '/scripts/talk/runs', { id: 'same' })).toMatchObject({
    status: 409,
    body: { error: { code: 'run_exists' } },
  })
})

test('what is refused: sources, names, bodies, paths and methods, each by its status and code', async () => {
  await using opened = await openTestService({ maxBodyBytes: 1000 })
  await opened.ask('PUT', '/scripts/double', { body: DOUBLE })
  const refused: readonly (readonly [string, string, string, number, string])[] = [
    ['PUT', '/scripts/x', 'function (', 422, 'ERR_GUEST_SYNTAX'],
    ['PUT', '/scripts/x', '1', 422, 'no_entry'],
    ['PUT', '/scripts/x', 'null.x', 422, 'ERR_GUEST_EXCEPTION'],
    ['PUT', '/scripts/..%2Fx', DOUBLE, 400, 'bad_name'],
    ['PUT', '/scripts/x', `//${'x'.repeat(2000)}`, 413, 'body_too_large'],
    ['POST', '/scripts/double/runs', '{', 400, 'not_json'],
    ['POST', '/nothing', '', 404, 'no_such_path'],
    ['POST', '/metrics', '', 405, 'wrong_method'],
  ]
  for (const [method, path, body, status, code] of refused)
    expect(await opened.ask(method, path, { body })).toMatchObject({ status, body: { error: { code } } })
  expect((await opened.ask('GET', '/scripts')).body).toEqual({ scripts: [{ name: 'double', version: 1 }] })
})

test('a hung script ends by its limit, the next run is well, and both are in metrics and audit under their ids', async () => {
  await using opened = await openTestService({ limits: { operationMs: 1000 } })
  const { ask } = opened
  await ask('PUT', '/scripts/hung', { body: 'function main() { for (;;); }' })
  await ask('PUT', '/scripts/double', { body: DOUBLE })
  expect(await ask('POST', '/scripts/hung/runs', { id: 'bad' })).toMatchObject({
    status: 422,
    body: { error: { code: 'ERR_LIMIT_OPERATION' } },
  })
  expect((await ask('POST', '/scripts/double/runs', { id: 'good', body: '{"n":1}' })).body).toMatchObject({ result: 2 })
  const metrics = await (await opened.fetch('/metrics')).text()
  expect(metrics).toContain('service_runs_total{outcome="ERR_LIMIT_OPERATION"} 1')
  expect(metrics).toContain('service_runs_total{outcome="ok"} 1')
  expect(metrics).toMatch(/^loopwright_loop_callbacks_total/m)
  expect(await opened.close()).toBe(0)
  const ended = (await opened.audited()).filter(({ event }) => event === 'run.ended')
  expect(ended.map(({ requestId, outcome, tenant }) => [requestId, outcome, tenant])).toEqual([
    ['bad', 'ERR_LIMIT_OPERATION', 'acme'],
    ['good', 'ok', 'acme'],
  ])
})

test('lines are followed while the script runs, and nobody sees them in the log', async () => {
  await using opened = await openTestService()
  await opened.ask('PUT', '/scripts/talk', {
    body: 'async function main() { console.log("secret one"); await new Promise((go) => setTimeout(go, 300)); console.log("two") }',
  })
  const run = opened.ask('POST', '/scripts/talk/runs', { id: 'talk-1' })
  let stream = await opened.fetch('/runs/talk-1/log')
  while (stream.status === 404) stream = await opened.fetch('/runs/talk-1/log')
  const events: string[] = []
  let endedAtFirst: boolean | undefined
  let ended = false
  void run.then(() => (ended = true))
  for await (const chunk of stream.body ?? []) {
    endedAtFirst ??= ended
    events.push(Buffer.from(chunk).toString())
  }
  expect(endedAtFirst).toBe(false)
  expect(events.join('').match(/data: .*/g)).toEqual(['data: "secret one"', 'data: "two"', 'data: "ok"'])
  expect(await opened.close()).toBe(0)
  expect(JSON.stringify(opened.logged())).not.toContain('secret one')
})

test('an upload does not touch a run that is under way', async () => {
  await using opened = await openTestService()
  const version = (text: string): string =>
    `async function main() { await new Promise((go) => setTimeout(go, 200)); return '${text}' }`
  await opened.ask('PUT', '/scripts/slow', { body: version('old') })
  const under = opened.ask('POST', '/scripts/slow/runs', { id: 'under-way' })
  while ((await opened.fetch('/runs/under-way/log')).status === 404);
  await opened.ask('PUT', '/scripts/slow', { body: version('new') })
  expect((await under).body).toMatchObject({ version: 1, result: 'old' })
  expect((await opened.ask('POST', '/scripts/slow/runs')).body).toMatchObject({ version: 2, result: 'new' })
})

test('more runs than may wait are told so, with nothing lost for those who do', async () => {
  await using opened = await openTestService({ sandboxes: 1, maxWaiting: 2 })
  await opened.ask('PUT', '/scripts/slow', {
    body: 'const main = () => new Promise((go) => setTimeout(go, 300, "done"))'.replace('const', 'var'),
  })
  const answers = await Promise.all(Array.from({ length: 6 }, () => opened.ask('POST', '/scripts/slow/runs')))
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([200, 200, 200, 429, 429, 429])
})

test('a requester that goes away ends its run', async () => {
  await using opened = await openTestService({ sandboxes: 1 })
  await opened.ask('PUT', '/scripts/wait', { body: 'function main(input) { return input ?? new Promise(() => {}) }' })
  const gone = new AbortController()
  const run = opened.ask('POST', '/scripts/wait/runs', { id: 'gone', signal: gone.signal })
  const refused = expect(run).rejects.toThrow(/abort/i)
  while ((await opened.fetch('/runs/gone/log')).status === 404);
  gone.abort()
  await refused
  expect((await opened.ask('POST', '/scripts/wait/runs', { body: '1' })).body).toMatchObject({ result: 1 })
  expect(await opened.close()).toBe(0)
  expect((await opened.audited()).find(({ event, requestId }) => event === 'run.ended' && requestId === 'gone')).toMatchObject({
    outcome: 'gone',
  })
})

test('closing under load: every run that was accepted is answered, audited and logged', async () => {
  await using opened = await openTestService({ sandboxes: 2 })
  await opened.ask('PUT', '/scripts/work', {
    body: 'async function main({ n }) { await new Promise((go) => setTimeout(go, 20)); return (await platform.sha256(String(n))).length + n }',
  })
  const runs = Array.from({ length: 20 }, (_, n) =>
    opened.ask('POST', '/scripts/work/runs', { id: `w-${n}`, body: `{"n":${n}}` }),
  )
  while ((await opened.fetch('/runs/w-19/log').catch(() => undefined))?.status === 404);
  expect(await opened.close()).toBe(0)
  const answers = await Promise.all(runs)
  expect(answers.map(({ body }) => body['result'])).toEqual(Array.from({ length: 20 }, (_, n) => 64 + n))
  const audited = await opened.audited()
  for (const event of ['run.started', 'run.ended'])
    expect(new Set(audited.filter((record) => record['event'] === event).map(({ requestId }) => requestId)).size).toBe(20)
  expect(opened.logged().at(-1)).toMatchObject({ msg: 'stopped' })
  await expect(fetch(opened.url)).rejects.toThrow()
})
