// The conformance suite on our own backends, and on one that is broken on purpose.
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { auditBackend } from '../src/audit/index.ts'
import { RecordEvent } from '../src/backend/index.ts'
import type { Backend } from '../src/index.ts'
import { alsoByLevel, createLogger, fanOut, firstOf, lineBackend } from '../src/index.ts'
import { backendSuite } from '../src/testing/index.ts'
import type { BackendSuiteOptions, OpenRequest } from '../src/testing/index.ts'

const file = (): string => join(mkdtempSync(join(tmpdir(), 'suite-')), 'a.log')
const parsed = (path: string): Record<string, unknown>[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

function openLines(
  make: (path: string) => Backend,
  keep: (record: Record<string, unknown>) => boolean = () => true,
): BackendSuiteOptions['open'] {
  return ({ options }: OpenRequest) => {
    const path = file()
    const backend = make(path)
    return {
      log: createLogger({ ...options, backend }),
      backend,
      records: () => {
        backend.flushSync?.()
        return parsed(path).filter(keep)
      },
      close: () => backend.close?.(),
    }
  }
}

backendSuite({ name: 'line, each', test, open: openLines((path) => lineBackend({ path, mode: 'each' })) })
backendSuite({ name: 'line, batch', test, open: openLines((path) => lineBackend({ path, time: 'iso' })) })
backendSuite({ name: 'line, async', test, open: openLines((path) => lineBackend({ path, mode: 'async' })) })
backendSuite({ name: 'line, last of duplicates', test, open: openLines((path) => lineBackend({ path, duplicates: 'last' })) })
for (const mode of ['each', 'batch'] as const)
  backendSuite({
    name: `audit, ${mode}`,
    test,
    open: openLines(
      (path) => auditBackend({ path, mode, sync: 'none' }),
      (record) => record['level'] !== 'audit-checkpoint',
    ),
  })
backendSuite({
  name: 'fanOut of a line and of records',
  test,
  open: openLines((path) => fanOut(lineBackend({ path }), records([]))),
})
backendSuite({ name: 'firstOf', test, open: openLines((path) => firstOf(lineBackend({ path }), records([]))) })
backendSuite({ name: 'alsoByLevel', test, open: openLines((path) => alsoByLevel({ audit: records([]) }, lineBackend({ path }))) })

function records(
  kept: Record<string, unknown>[],
  spoil: (record: Record<string, unknown>) => void = () => {},
): Backend<RecordEvent> {
  const names = new WeakMap<RecordEvent, string>()
  return {
    name: 'records',
    newEvent(level, host) {
      const event = new RecordEvent(level, host, true)
      names.set(event, host.levelName(level))
      return event
    },
    openFragment: (host) => new RecordEvent(0, host, true),
    write(event) {
      const record: Record<string, unknown> = Object.create(null)
      for (const key of Object.keys(event.record)) record[key === 'level' || key === 'msg' ? `${key}_` : key] = event.record[key]
      record['level'] = names.get(event)
      if (event.message !== undefined) record['msg'] = event.message
      spoil(record)
      kept.push(
        JSON.parse(
          JSON.stringify(record, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
        ) as Record<string, unknown>,
      )
      return undefined
    },
  }
}

const openRecords =
  (spoil?: (record: Record<string, unknown>) => void): BackendSuiteOptions['open'] =>
  ({ options }) => {
    const kept: Record<string, unknown>[] = []
    const backend = records(kept, spoil) as unknown as Backend
    return { log: createLogger({ ...options, backend }), backend, records: () => kept }
  }

backendSuite({ name: 'records', test, open: openRecords() })

/** Runs the suite without registering its cases. @returns the names of those that fail. */
async function failuresOf(options: Omit<BackendSuiteOptions, 'name' | 'test'>): Promise<string[]> {
  const cases: [string, () => Promise<void>][] = []
  backendSuite({ ...options, name: 'x', test: (name, run) => cases.push([name, run]) })
  const failed: string[] = []
  for (const [name, run] of cases) {
    try {
      await run()
    } catch {
      failed.push(name)
    }
  }
  return failed
}

test.each<[string, string, (record: Record<string, unknown>) => void]>([
  ['loses the level', 'L-1', (record) => delete record['level']],
  ['loses messages', 'B-6', (record) => delete record['msg']],
  [
    'cuts texts',
    'every field kind',
    (record) => {
      if (typeof record['long'] === 'string') record['long'] = record['long'].slice(0, 10)
    },
  ],
  ['flattens groups', 'groups', (record) => Object.assign(record, record['g'], { g: undefined })],
  [
    'leaks a secret',
    'R-3',
    (record) => {
      if ('bound' in record) record['leak'] = 'MARK'
    },
  ],
  ['forgets the fields of every event', 'M-5', (record) => delete record['base']],
  ['writes custom levels as others', 'M-7', (record) => void (record['level'] === 'audit' && (record['level'] = 'info'))],
  [
    'mixes up contexts',
    'K-4',
    (record) => {
      if ('who' in record) record['who'] = 'a'
    },
  ],
])('V-2 a broken backend fails the suite: it %s', async (_, rule, spoil) => {
  const failed = await failuresOf({ open: openRecords(spoil) })
  expect(failed.some((name) => name.includes(rule))).toBe(true)
})

test('V-2 the backend that is not broken fails nothing; what a backend lacks is named, not skipped in silence', async () => {
  expect(await failuresOf({ open: openRecords() })).toEqual([])
  const names: string[] = []
  const notRun = backendSuite({
    name: 'x',
    test: (name) => names.push(name),
    open: openRecords(),
    lacks: { duplicates: 'objects have one member a key' },
  })
  expect(notRun).toEqual(['x: B-5 a key given twice is written twice: objects have one member a key'])
  expect(names.some((name) => name.includes('B-5'))).toBe(false)
})
