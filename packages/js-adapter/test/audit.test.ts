// The audit of what a guest did, admission by tenant and function, and what reaches logs.
import { AsyncLocalStorage } from 'node:async_hooks'
import { Limiter } from '@loopwright/catrate'
import { describe, expect, test } from 'vitest'
import type { AuditRecord } from '../src/audit.ts'
import type { AdapterLogger, ContextPort, HostCallSample, LimitSample, OperationSample } from '../src/ports.ts'
import { SandboxPool } from '../src/pool/pool.ts'
import { FakeLoop } from './support/fake-loop.ts'
import { openSandbox, settled, sharedEngine } from './support/open.ts'

interface Line {
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

function recorder(): {
  readonly records: AuditRecord[]
  readonly lines: Line[]
  readonly audit: { write(record: AuditRecord): void }
  readonly logger: AdapterLogger
} {
  const records: AuditRecord[] = []
  const lines: Line[] = []
  return {
    records,
    lines,
    audit: { write: (record) => void records.push(record) },
    logger: { enabled: () => true, log: (level, message, fields) => void lines.push({ level, message, fields }) },
  }
}
const told = (records: readonly AuditRecord[]): readonly unknown[] =>
  records.map(({ event, code, detail }) =>
    [event, detail?.['kind'] ?? '', detail?.['name'] ?? '', code ?? ''].join(' ').trimEnd(),
  )

const SECRET = 'hunter2-of-the-guest'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('A-1 operations, host calls, refusals, limits, modules and the end are recorded in order, without gaps and without values', async () => {
    const { records, audit } = recorder()
    const { sandbox, loop } = await openSandbox({
      variant,
      audit,
      id: 's-1',
      tenant: 't-1',
      limits: { operationMs: 1000, hardMs: 10_000, maxTimers: 1, maxPendingCalls: 1, maxConsoleBytes: 5 },
      modules: {
        resolve: (name) => (name === 'denied' ? undefined : name),
        load: (name) => (name === 'a' ? 'export default 1' : undefined),
      },
    })
    sandbox.expose('sync', { sync: (text: string) => ({ text }) })
    sandbox.expose('fails', {
      sync: () => {
        throw Object.assign(new Error(SECRET), { code: 'ERR_OF_HOST' })
      },
    })
    sandbox.expose('raw', { raw: () => 1 })
    sandbox.expose('ask', async (text: string) => `${text}!`)
    await settled(
      loop,
      sandbox.run(
        `sync('${SECRET}', { a: 1 }); raw(1, 2); try { fails() } catch {}; ask('${SECRET}'); ask(1).catch(() => {}); 1`,
      ),
    )
    await settled(
      loop,
      sandbox.run("setTimeout(() => {}, 1); try { setImmediate(() => {}) } catch {}; console.log('more than five')"),
    )
    await settled(loop, sandbox.run('for (;;);'))
    await settled(loop, sandbox.run("import a from 'a'", { module: true }))
    await settled(loop, sandbox.run("import a from 'denied'", { module: true }))
    await settled(loop, sandbox.call('missing'))
    sandbox.close()
    expect(told(records)).toEqual([
      'sandbox.created',
      'operation.start run script.js',
      'call.admitted sync sync',
      'call.settled sync sync',
      'call.admitted raw raw',
      'call.settled raw raw',
      'call.admitted sync fails',
      'call.settled sync fails ERR_OF_HOST',
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
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_record, at) => at + 1))
    for (const record of records) expect(record).toMatchObject({ v: 1, sandboxId: 's-1', tenant: 't-1' })
    expect(records[1]).toMatchObject({ operationId: 1, detail: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } })
    expect(records[2]).toMatchObject({ operationId: 1, detail: { arguments: ['string', 'object'], bytes: expect.any(Number) } })
    expect(records[3]).toMatchObject({ detail: { outcome: 'ok', result: 'object' } })
    expect(records[8]).toMatchObject({ operationId: 1, callId: 1 })
    expect(records[12]).toMatchObject({ operationId: 1, callId: 1, detail: { result: 'string', bytes: expect.any(Number) } })
    expect(JSON.stringify(records)).not.toContain(SECRET)
    expect(sandbox.usage().audit).toEqual({ written: records.length, failed: 0 })
  })

  test('A-1 auditValues puts in what a redactor makes of the values of one function, and a redactor that throws nothing', async () => {
    const { records, audit } = recorder()
    const { sandbox, loop } = await openSandbox({
      variant,
      audit,
      auditValues: {
        login: (values, part) => (part === 'arguments' ? [values[0], '***'] : values),
        broken: () => {
          throw new Error('redactor')
        },
      },
    })
    sandbox.expose('login', async () => 'welcome')
    sandbox.expose('broken', { sync: () => 1 })
    sandbox.expose('plain', { sync: () => 1 })
    await settled(loop, sandbox.run(`login('ada', '${SECRET}'); broken('${SECRET}'); plain('${SECRET}')`))
    await loop.run()
    const values = records
      .filter(({ event }) => event.startsWith('call.'))
      .map(({ detail }) => [detail?.['name'], detail?.['values']])
    expect(values).toEqual([
      ['login', ['ada', '***']],
      ['broken', undefined],
      ['broken', undefined],
      ['plain', undefined],
      ['plain', undefined],
      ['login', ['welcome']],
    ])
    expect(JSON.stringify(records)).not.toContain(SECRET)
    expect(sandbox.usage()).toMatchObject({ audit: { failed: 2 }, sinkFailures: 2 })
    sandbox.close()
  })

  test('A-1 a storm of refused calls leaves one record when an operation has used up its calls', async () => {
    const { records, audit } = recorder()
    const { sandbox, loop } = await openSandbox({ variant, audit, limits: { maxHostCallsPerOperation: 3 } })
    sandbox.expose('f', { sync: () => 1 })
    await settled(loop, sandbox.run('let n = 0; for (let i = 0; i < 1000; i++) try { f() } catch { n++ } n'))
    expect(records.filter(({ event }) => event === 'call.admitted')).toHaveLength(3)
    expect(records.filter(({ event }) => event === 'call.refused')).toHaveLength(1)
    expect(sandbox.usage().hostCalls).toMatchObject({ admitted: 3, refused: 997 })
    sandbox.close()
  })

  test('A-2 a sink that throws is isolated, counted and logged once; with auditRequired it ends the sandbox before the operation', async () => {
    for (const auditRequired of [false, true]) {
      const { lines, logger } = recorder()
      let writes = 0
      const audit = {
        write: () => {
          if (++writes > 2) throw new Error('disk full')
        },
      }
      const { sandbox, loop } = await openSandbox({ variant, audit, auditRequired, logger })
      let calls = 0
      sandbox.expose('f', async () => ++calls)
      const first = await settled(loop, sandbox.run('f()'))
      const second = await settled(loop, sandbox.run('f()'))
      if (auditRequired) {
        expect(first).toMatchObject({ error: { code: 'ERR_AUDIT_WRITE', cause: { message: 'disk full' } } })
        expect(second).toMatchObject({ error: { code: 'ERR_AUDIT_WRITE' } })
        expect(calls).toBe(0)
        expect(sandbox.state).toBe('closed')
      } else {
        expect([first, second]).toEqual([{ value: 1 }, { value: 2 }])
        expect(sandbox.state).toBe('ready')
      }
      expect(sandbox.usage().audit.written).toBe(2)
      expect(lines.filter(({ fields }) => fields['event'] === 'sandbox.sink_error')).toHaveLength(1)
      sandbox.close()
    }
    await expect(
      openSandbox({
        variant,
        audit: {
          write: () => {
            throw new Error('no disk')
          },
        },
        auditRequired: true,
      }),
    ).rejects.toMatchObject({ code: 'ERR_AUDIT_WRITE' })
    await expect(openSandbox({ variant, auditRequired: true })).rejects.toThrow('auditRequired needs an audit')
  })

  test('A-2 auditRequired refuses a sink that holds records, since it cannot tell which were not written; without it such a sink is taken', async () => {
    const events: string[] = []
    const audit = { holdsRecords: true, write: ({ event }: AuditRecord) => void events.push(event) }
    await expect(openSandbox({ variant, audit, auditRequired: true })).rejects.toThrow(
      /auditRequired .* writes each record at once/,
    )
    expect(events).toEqual([])
    const { sandbox } = await openSandbox({ variant, audit })
    sandbox.close()
    expect(events).toContain('sandbox.closed')
  })

  test('11.4 nothing is written under the guard, where V8 could cut it in two: a call that the hard limit cut is on record all the same', async () => {
    const engine = await sharedEngine(variant)
    const guarded: boolean[] = []
    const events: string[] = []
    const note = (): void => void guarded.push(engine.guard.active)
    const { sandbox, loop } = await openSandbox({
      variant,
      limits: { operationMs: 500, hardMs: 1000, syncHostBudgetMs: 1 },
      audit: {
        write: ({ event, code }) => {
          note()
          events.push(`${event} ${code ?? ''}`.trim())
        },
      },
      logger: { enabled: () => true, log: note },
      observer: { enabled: true, onHostCall: note, onOperation: note, onLimit: note },
    })
    sandbox.expose('busy', {
      sync: (ms: number) => {
        for (const end = performance.now() + ms; performance.now() < end; );
      },
    })
    sandbox.expose('stuck', {
      sync: () => {
        for (;;);
      },
    })
    await settled(loop, sandbox.run('busy(3); setTimeout(() => busy(3), 1)'))
    await settled(loop, sandbox.run('stuck()'))
    expect(events.slice(-5)).toEqual([
      'operation.start',
      'call.admitted',
      'limit.fired ERR_LIMIT_HARD',
      'operation.end ERR_LIMIT_HARD',
      'sandbox.condemned ERR_LIMIT_HARD',
    ])
    expect(guarded.length).toBeGreaterThan(10)
    expect(guarded.every((active) => !active)).toBe(true)
  })

  test('X-5 records, log lines and samples carry the operation and the correlation id of their context', async () => {
    const requests = new AsyncLocalStorage<string>()
    const port: ContextPort<string | undefined> = {
      capture: () => requests.getStore(),
      run: (id, run) => requests.run(id ?? '', run),
      correlationId: (id) => id,
    }
    const { records, lines, audit, logger } = recorder()
    const samples: (OperationSample | HostCallSample | LimitSample)[] = []
    const keep = (sample: OperationSample | HostCallSample | LimitSample): void => void samples.push(sample)
    const { sandbox, loop } = await openSandbox({
      variant,
      audit,
      logger,
      observer: { enabled: true, onOperation: keep, onHostCall: keep, onLimit: keep },
      context: port,
      limits: { operationMs: 800, hardMs: 10_000 },
    })
    sandbox.expose('f', async () => 1)
    for (const id of ['r-1', 'r-2'])
      requests.run(id, () => void sandbox.run('setTimeout(() => f().then(() => { for (;;); }), 1)').catch(() => {}))
    await loop.run()
    for (const id of ['r-1', 'r-2']) {
      expect(records.filter(({ correlationId }) => correlationId === id).map(({ event }) => event)).toEqual([
        'operation.start',
        'operation.end',
        'operation.start',
        'call.admitted',
        'operation.end',
        'operation.start',
        'call.settled',
        'limit.fired',
        'operation.end',
      ])
      expect(samples.filter(({ correlationId }) => correlationId === id)).toHaveLength(4)
      expect(lines.filter(({ fields }) => fields['correlationId'] === id)).toMatchObject([
        { level: 'warn', fields: { event: 'sandbox.error', operationId: expect.any(Number) } },
      ])
    }
    expect(samples.every(({ operationId }) => operationId > 0)).toBe(true)
    sandbox.close()
  })

  test('A-4 log lines hold no text of the guest, in message or fields, unless logGuestText; limits warn, a condemned sandbox is an error', async () => {
    for (const logGuestText of [false, true]) {
      const { lines, logger } = recorder()
      const { sandbox, loop } = await openSandbox({
        variant,
        logger,
        logGuestText,
        limits: { operationMs: 800, hardMs: 10_000, maxInterrupts: 2 },
      })
      await settled(
        loop,
        sandbox.run(`setTimeout(() => { throw new Error('${SECRET}') }, 1); process.on('uncaughtException', () => {})`),
      )
      await settled(
        loop,
        sandbox.run(`setTimeout(function f_${SECRET.replaceAll('-', '_')}() { for (;;); }, 1)`, { name: `${SECRET}.js` }),
      )
      await settled(loop, sandbox.run('for (;;);'))
      expect(sandbox.state).toBe('condemned')
      expect(lines.map(({ level, fields }) => `${level} ${String(fields['event'])} ${String(fields['code'])}`)).toEqual([
        'warn sandbox.error ERR_LIMIT_OPERATION',
        'warn sandbox.error ERR_LIMIT_OPERATION',
        'error sandbox.condemned ERR_LIMIT_INTERRUPTS',
      ])
      expect(lines[0]?.fields).toMatchObject({ limit: 'operationMs', configured: 800, observed: expect.any(Number) })
      expect(JSON.stringify(lines).includes(SECRET)).toBe(logGuestText)
      expect(lines.map(({ message }) => message).join()).not.toContain(SECRET)
    }
    const { lines, logger } = recorder()
    const { sandbox, loop } = await openSandbox({ variant, logger })
    await settled(loop, sandbox.run(`setTimeout(() => { throw new Error('${SECRET}') }, 1)`))
    expect(lines).toMatchObject([
      { level: 'error', fields: { event: 'sandbox.error', kind: 'uncaught', code: 'ERR_GUEST_EXCEPTION' } },
    ])
    expect(JSON.stringify(lines)).not.toContain(SECRET)
    sandbox.close()
  })

  test('F-7 admission by tenant and by function over several sandboxes; a limiter that throws lets nothing through', async () => {
    const clock = { nowMs: () => 0 }
    const tenants = new Limiter({ windows: [{ windowMs: 1000, count: 3 }], clock })
    const functions = new Limiter({ windows: [{ windowMs: 1000, count: 5 }], clock })
    const call =
      "let out = ''; for (let i = 0; i < 3; i++) try { f(); out += 'y' } catch (e) { out += e.code === 'ERR_RATE_LIMITED' && e.retryAfterMs > 0 ? 'n' : '?' } out"
    const outcomes: unknown[] = []
    for (const tenant of ['a', 'a', 'b', 'c']) {
      const { sandbox, loop } = await openSandbox({ variant, tenant, admission: { tenants, functions } })
      sandbox.expose('f', { sync: () => 1 })
      outcomes.push(await settled(loop, sandbox.run(call)))
      sandbox.close()
    }
    expect(outcomes).toEqual([{ value: 'yyy' }, { value: 'nnn' }, { value: 'yyn' }, { value: 'nnn' }])
    const { records, audit } = recorder()
    const broken = {
      allow: () => {
        throw new Error('limiter')
      },
    }
    const { sandbox, loop } = await openSandbox({ variant, tenant: 'd', admission: { tenants: broken }, audit })
    sandbox.expose('f', { sync: () => 1 })
    expect(await settled(loop, sandbox.run('try { f() } catch (e) { e.code }'))).toEqual({ value: 'ERR_RATE_LIMITED' })
    expect(records.filter(({ event }) => event === 'call.refused')).toMatchObject([
      { code: 'ERR_RATE_LIMITED', detail: { limit: 'hostCallRates' } },
    ])
    expect(sandbox.usage().sinkFailures).toBe(1)
    sandbox.close()
    await expect(openSandbox({ variant, admission: { tenants: {} as never } })).rejects.toThrow(
      'admission.tenants must be a rate limiter',
    )
  })

  test('A-1 and A-4 a pool: leases and resets are on record under each lease, and recycling is told at debug', async () => {
    const { records, lines, audit, logger } = recorder()
    const loop = new FakeLoop()
    const pool = await SandboxPool.create({ loop, engine: await sharedEngine(variant), size: 1, audit, logger })
    for (const tenant of ['a', 'b']) {
      const used = pool.use((sandbox) => sandbox.run('1'), { tenant })
      await loop.run()
      await used
    }
    pool.close()
    expect(records.map(({ tenant, seq, event }) => `${tenant} ${seq} ${event}`)).toEqual(
      ['a', 'b'].flatMap((tenant) =>
        ['sandbox.leased', 'operation.start', 'operation.end', 'sandbox.closed', 'sandbox.reset'].map(
          (event, at) => `${tenant} ${at + 1} ${event}`,
        ),
      ),
    )
    expect(new Set(records.map(({ sandboxId }) => sandboxId)).size).toBe(2)
    expect(lines.map(({ level, fields }) => [level, fields['event']])).toEqual([
      ['debug', 'sandbox.recycled'],
      ['debug', 'sandbox.recycled'],
    ])
  })

  test('S-8 the audit of a deterministic sandbox is the same bytes each time', async () => {
    const once = async (): Promise<string> => {
      const { records, audit } = recorder()
      const { sandbox, loop } = await openSandbox({
        variant,
        audit,
        deterministic: { seed: 7, epochMs: 1000 },
        limits: { operationMs: 30_000, hardMs: 60_000, maxJobsPerDrain: 50 },
      })
      sandbox.expose('f', async (x: number) => x)
      await settled(
        loop,
        sandbox.run(
          "setTimeout(async () => { await f(Math.random()) }, 20); f('a'); (function g() { Promise.resolve().then(g) })()",
        ),
      )
      sandbox.close()
      return JSON.stringify(records)
    }
    const first = await once()
    expect(await once()).toBe(first)
    expect(first).toContain('"epochMs":1020')
  })
})
