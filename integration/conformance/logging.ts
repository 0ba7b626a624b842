// The suite of logging backends on every backend of ours, and on one that is broken on purpose, which must fail it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, fanOut, lineBackend } from '@loopwright/logiface'
import type { Backend } from '@loopwright/logiface'
import { auditBackend } from '@loopwright/logiface/audit'
import { backendSuite } from '@loopwright/logiface/testing'
import type { BackendSuiteOptions } from '@loopwright/logiface/testing'
import { pinoBackend } from '@loopwright/logiface-pino'
import { logifaceFormat, winstonBackend, winstonLevels } from '@loopwright/logiface-winston'
import { pino } from 'pino'
import winston from 'winston'
import { Writable } from 'node:stream'
import type { ConformanceResult, ConformanceSuite } from './suite.ts'

const FAILURES_SHOWN = 10
type Line = Record<string, unknown>
type Subject = Omit<BackendSuiteOptions, 'name' | 'test'>

const parsed = (text: string): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)

/** A backend of ours that writes to a file. */
function intoFile(make: (path: string) => Backend, spoil: (record: Line) => Line = (record) => record): Subject {
  return {
    open({ options }) {
      const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
      const path = join(folder, 'a.log')
      const backend = make(path)
      return {
        log: createLogger({ ...options, backend }),
        backend,
        records() {
          backend.flushSync?.()
          return parsed(readFileSync(path, 'utf8'))
            .filter(({ level }) => level !== 'audit-checkpoint')
            .map(spoil)
        },
        async close() {
          await backend.close?.()
          rmSync(folder, { recursive: true })
        },
      }
    },
  }
}

const PINO_LEVELS: Line = {
  emerg: 60,
  alert: 60,
  crit: 50,
  err: 50,
  warning: 40,
  notice: 40,
  info: 30,
  debug: 20,
  trace: 10,
  audit: 69,
}

function overPino(fastPath: 'auto' | false): Subject {
  return {
    level: (name) => PINO_LEVELS[name],
    bigint: Number,
    lacks: { reservedKeys: 'pino writes keys as given' },
    open({ options }) {
      let text = ''
      const write = (line: string): void => {
        text += line
      }
      const backend = pinoBackend(pino({ level: 'trace' }, { write }), { fastPath })
      return { log: createLogger({ ...options, backend }), backend, records: () => parsed(text) }
    },
  }
}

function overWinston(fastPath: 'auto' | false): Subject {
  return {
    messageKey: 'message',
    open({ options }) {
      let text = ''
      const stream = new Writable({
        write(chunk: Buffer, _encoding, done) {
          text += chunk.toString()
          done()
        },
      })
      const format = fastPath === false ? winston.format.json() : logifaceFormat()
      const logger = winston.createLogger({
        level: 'trace',
        levels: winstonLevels({ levels: { audit: 9 } }),
        format: format as winston.Logform.Format,
        transports: new winston.transports.Stream({ stream, eol: '\n' }),
      })
      const backend = winstonBackend(logger, { fastPath })
      return { log: createLogger({ ...options, backend }), backend, records: () => parsed(text) }
    },
  }
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  'line, each': intoFile((path) => lineBackend({ path, mode: 'each' })),
  'line, batch': intoFile((path) => lineBackend({ path })),
  'line, async': intoFile((path) => lineBackend({ path, mode: 'async' })),
  'audit, each': intoFile((path) => auditBackend({ path })),
  'audit, batch': intoFile((path) => auditBackend({ path, mode: 'batch', sync: 'none' })),
  'fanOut of a line and an audit': intoFile((path) => fanOut(lineBackend({ path }), auditBackend({ path: `${path}.audit` }))),
  'pino, text': overPino('auto'),
  'pino, objects': overPino(false),
  'winston, text': overWinston('auto'),
  'winston, objects': overWinston(false),
}

const without = (record: Line, name: string): Line =>
  Object.fromEntries(Object.entries(record).filter(([member]) => member !== name))

const BROKEN: Readonly<Record<string, (record: Line) => Line>> = {
  'loses the level': (record) => without(record, 'level'),
  'loses messages': (record) => without(record, 'msg'),
  'cuts texts': (record) => (typeof record['long'] === 'string' ? { ...record, long: record['long'].slice(0, 10) } : record),
  'mixes up contexts': (record) => ('who' in record ? { ...record, who: 'a' } : record),
}

async function runCases(name: string, subject: Subject): Promise<{ passed: number; failures: string[]; skipped: number }> {
  const cases: (readonly [name: string, run: () => Promise<void>])[] = []
  const notRun = backendSuite({ ...subject, name, test: (title, run) => cases.push([title, run]) })
  const counted = { passed: 0, failures: [] as string[], skipped: notRun.length }
  for (const [title, run] of cases) {
    try {
      await run()
      counted.passed++
    } catch (error) {
      counted.failures.push(`${title}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`)
    }
  }
  return counted
}

async function run(): Promise<ConformanceResult> {
  const result = { passed: 0, failed: 0, skipped: 0, failures: [] as string[] }
  process.setMaxListeners(50) // a case opens up to ten writers at once, each with its exit listener
  for (const [name, subject] of Object.entries(SUBJECTS)) {
    const { passed, failures, skipped } = await runCases(name, subject)
    result.passed += passed
    result.failed += failures.length
    result.skipped += skipped
    result.failures.push(...failures)
  }
  for (const [name, spoil] of Object.entries(BROKEN)) {
    const { failures } = await runCases(
      name,
      intoFile((path) => lineBackend({ path }), spoil),
    )
    if (failures.length > 0) result.passed++
    else {
      result.failed++
      result.failures.push(`a broken backend passes: it ${name}`)
    }
  }
  return { ...result, failures: result.failures.slice(0, FAILURES_SHOWN) }
}

export const suite: ConformanceSuite = { name: 'logging', run }
