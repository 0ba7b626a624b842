// The audit of a guest in a thread: in order, without gaps, fail closed, and complete when the thread could not tell its own end.
import { describe, expect, test } from 'vitest'
import type { AuditRecord, AuditSink } from '../../src/audit.ts'
import { SandboxPool } from '../../src/pool/pool.ts'
import { MODES, openIn } from '../support/modes.ts'
import { builtEntry, openWorker, PATIENT, runningLoop } from '../support/worker.ts'

const SECRET = 'hunter2-of-the-guest'

function recorder(): { readonly records: AuditRecord[]; readonly audit: AuditSink } {
  const records: AuditRecord[] = []
  return { records, audit: { write: (record) => void records.push(record) } }
}
const told = (records: readonly AuditRecord[]): readonly string[] =>
  records.map(({ event, code, detail }) =>
    [event, detail?.['kind'] ?? '', detail?.['name'] ?? '', code ?? ''].join(' ').trimEnd(),
  )
const numbered = (records: readonly AuditRecord[]): boolean => records.every(({ seq }, at) => seq === at + 1)

describe.each(MODES)('%s', (mode) => {
  test('A-1 operations, host calls, refusals, limits, modules and the end are recorded in order, without gaps and without values', async () => {
    const { records, audit } = recorder()
    const opened = await openIn(mode, {
      audit,
      id: 's-1',
      tenant: 't-1',
      limits: { operationMs: 10_000, hardMs: 20_000, maxTimers: 1, maxPendingCalls: 1, maxConsoleBytes: 5 },
      modules: {
        resolve: (name) => (name === 'denied' ? undefined : name),
        load: (name) => (name === 'a' ? 'export default 1' : undefined),
      },
    })
    const { sandbox } = opened
    await sandbox.expose('ask', async (text: string) => `${text}!`)
    await sandbox.run(`const first = ask('${SECRET}'); ask(1).catch(() => {}); first`)
    await sandbox.run("setTimeout(() => {}, 1); try { setImmediate(() => {}) } catch {}; console.log('more than five')")
    await sandbox.idle()
    await sandbox.run('for (;;);', { operationMs: 20 }).catch(() => {})
    await sandbox.run("import a from 'a'", { module: true })
    await sandbox.run("import a from 'denied'", { module: true }).catch(() => {})
    await sandbox.call('missing').catch(() => {})
    await opened[Symbol.asyncDispose]()
    expect(told(records)).toEqual([
      'sandbox.created',
      'operation.start run script.js',
      'call.admitted async ask',
      'call.refused async ask ERR_HOST_CALL_LIMIT',
      'operation.end run',
      'operation.start settlement',
      'call.settled async ask',
      'operation.end settlement',
      'operation.start run script.js',
      'limit.fired',
      'limit.fired   ERR_TIMER_LIMIT',
      'operation.end run',
      'operation.start timer',
      'operation.end timer',
      'operation.start run script.js',
      'limit.fired   ERR_LIMIT_OPERATION',
      'operation.end run  ERR_LIMIT_OPERATION',
      'operation.start run script.js',
      'module.loaded',
      'operation.end run',
      'operation.start run script.js',
      'module.denied   ERR_MODULE_DENIED',
      'operation.end run  ERR_GUEST_EXCEPTION',
      'operation.start call missing',
      'operation.end call  ERR_NOT_CALLABLE',
      'sandbox.closed   ERR_SANDBOX_CLOSED',
    ])
    expect(numbered(records)).toBe(true)
    for (const record of records) expect(record).toMatchObject({ v: 1, sandboxId: 's-1', tenant: 't-1' })
    const times = records.map(({ atMs }) => atMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(Math.abs((times.at(-1) ?? 0) - performance.now())).toBeLessThan(600_000)
    expect(JSON.stringify(records)).not.toContain(SECRET)
    expect(sandbox.usage().audit).toEqual({ written: records.length, failed: 0 })
  })

  test('A-1 auditValues puts in what a redactor makes of the values of one function, and a redactor that throws nothing', async () => {
    const { records, audit } = recorder()
    await using opened = await openIn(mode, {
      audit,
      auditValues: {
        login: (values, part) => (part === 'arguments' ? [values[0], '***'] : values),
        broken: () => {
          throw new Error('redactor')
        },
      },
    })
    const { sandbox } = opened
    await sandbox.expose('login', async () => 'welcome')
    await sandbox.expose('broken', async () => 1)
    await sandbox.expose('plain', async () => 1)
    await sandbox.run(`login('ada', '${SECRET}').then(() => broken('${SECRET}')).then(() => plain('${SECRET}'))`)
    const values = records
      .filter(({ event }) => event.startsWith('call.'))
      .map(({ detail }) => [detail?.['name'], detail?.['values']])
    expect(values).toEqual([
      ['login', ['ada', '***']],
      ['login', ['welcome']],
      ['broken', undefined],
      ['broken', undefined],
      ['plain', undefined],
      ['plain', undefined],
    ])
    expect(JSON.stringify(records)).not.toContain(SECRET)
    expect(sandbox.usage()).toMatchObject({ audit: { failed: 2 }, sinkFailures: 2 })
  })

  test.each([false, true])(
    'A-2 a sink that throws is counted and logged once; with auditRequired %s nothing of what was not recorded reaches the host',
    async (auditRequired) => {
      const logged: unknown[] = []
      let writes = 0
      const audit = {
        write: () => {
          if (++writes > 2) throw new Error('disk full')
        },
      }
      const logger = {
        enabled: () => true,
        log: (_level: string, _message: string, fields: Readonly<Record<string, unknown>>) => void logged.push(fields['event']),
      }
      await using opened = await openIn(mode, { audit, auditRequired, logger })
      const { sandbox, lines } = opened
      let calls = 0
      await sandbox.expose('f', async () => ++calls)
      const results = []
      for (const source of ['f()', "console.log('said'); f()"])
        results.push(await sandbox.run(source).catch((error: unknown) => error))
      if (auditRequired) {
        expect(results).toMatchObject([{ code: 'ERR_AUDIT_WRITE', cause: { message: 'disk full' } }, { code: 'ERR_AUDIT_WRITE' }])
        expect([calls, lines, sandbox.state]).toEqual([0, [], 'closed'])
      } else {
        expect(results).toEqual([1, 2])
        expect([lines, sandbox.state]).toEqual([['said'], 'ready'])
      }
      expect(sandbox.usage().audit.written).toBe(2)
      expect(logged.filter((event) => event === 'sandbox.sink_error')).toHaveLength(1)
    },
  )

  test('A-2 a sandbox whose making could not be recorded is not given out', async () => {
    const audit = {
      write: () => {
        throw new Error('no disk')
      },
    }
    await expect(openIn(mode, { audit, auditRequired: true })).rejects.toMatchObject({ code: 'ERR_AUDIT_WRITE' })
  })
})

test('A-2 T-3 a blocking call that could not be recorded does not run', async () => {
  let ran = 0
  const audit = {
    write: ({ event }: AuditRecord) => {
      if (event === 'call.admitted') throw new Error('disk full')
    },
  }
  await using opened = await openWorker({
    audit,
    auditRequired: true,
    limits: { operationMs: 10_000, hardMs: 20_000, syncHostBudgetMs: 5000 },
  })
  const { sandbox } = opened
  sandbox.expose('act', { async: () => ++ran, sync: 'block' })
  await expect(sandbox.run('act()')).rejects.toMatchObject({ code: 'ERR_AUDIT_WRITE' })
  expect(ran).toBe(0)
})

test('A-1 T-2 a guest that its owner had to kill has its calls, its limit, the end of its operation and its own on record', async () => {
  const { records, audit } = recorder()
  const opened = await openWorker({ audit, limits: { operationMs: 1500, hardMs: 1520, syncHostBudgetMs: 20 } })
  const { sandbox } = opened
  sandbox.expose('f', async () => 1)
  await expect(sandbox.run("f(); new Array(1e9).join('x')")).rejects.toMatchObject({ code: 'ERR_LIMIT_HARD' })
  await opened[Symbol.asyncDispose]()
  expect(told(records)).toEqual([
    'sandbox.created',
    'operation.start run script.js',
    'call.admitted async f',
    'limit.fired   ERR_LIMIT_HARD',
    'operation.end run  ERR_LIMIT_HARD',
    'sandbox.condemned   ERR_LIMIT_HARD',
  ])
  expect(numbered(records)).toBe(true)
  expect(records[4]).toMatchObject({ operationId: 1, detail: { kind: 'run', outcome: 'hardMs' } })
})

test('A-1 T-5 a pool: leases and resets are on record under each lease', async () => {
  const { records, audit } = recorder()
  await using running = runningLoop()
  const pool = await SandboxPool.create({
    mode: 'worker',
    loop: running.loop,
    threadFile: builtEntry('pool-thread'),
    size: 1,
    audit,
    limits: PATIENT,
  })
  for (const tenant of ['a', 'b']) {
    const lease = await pool.acquire({ tenant })
    expect(await lease.sandbox.run('1')).toBe(1)
    await lease.release()
  }
  expect(records.map(({ tenant, seq, event }) => `${tenant} ${seq} ${event}`)).toEqual(
    ['a', 'b'].flatMap((tenant) =>
      ['sandbox.leased', 'operation.start', 'operation.end', 'sandbox.closed', 'sandbox.reset'].map(
        (event, at) => `${tenant} ${at + 1} ${event}`,
      ),
    ),
  )
  await pool[Symbol.asyncDispose]()
})
