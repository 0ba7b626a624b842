// Cases of the conformance suite about a backend among others, and about what is counted.
import { strict as assert } from 'node:assert'
import { createLogger } from '../create-logger.ts'
import type { LoggerOptions } from '../create-logger.ts'
import type { Backend } from '../event/backend.ts'
import { alsoByLevel, byLevel, fanOut, firstOf } from '../event/composite.ts'
import { RecordEvent } from '../event/record-event.ts'
import type { Logger } from '../logger.ts'
import type { Outcome } from '../outcome.ts'
import { ErrDisabled, ErrLimited } from '../outcome.ts'
import type { Case, Custom } from './backend-cases.ts'
import { shown } from './backend-cases.ts'

/** A backend of another kind beside the one under test; it keeps what it takes. */
interface Neighbour {
  readonly backend: Backend
  readonly kept: Readonly<Record<string, unknown>>[]
}

function neighbour(outcome?: Outcome): Neighbour {
  const kept: Readonly<Record<string, unknown>>[] = []
  const backend: Backend<RecordEvent> = {
    name: 'neighbour',
    newEvent: (level, host) => new RecordEvent(level, host, true),
    openFragment: (host) => new RecordEvent(0, host, true),
    write({ record, message }) {
      if (outcome === undefined) kept.push({ ...record, message })
      return outcome
    },
  }
  return { backend: backend as unknown as Backend, kept }
}

function over(backend: Backend, options: Omit<LoggerOptions<Custom>, 'backend'> = {}): Logger<Custom> {
  return createLogger<Custom>({ level: 'trace', levels: { audit: 9 }, ...options, backend })
}

export const COMPOSITE_CASES: Readonly<Record<string, { readonly needs?: undefined; readonly run: Case }>> = {
  'M-3 what is written and what is dropped is counted, each by its kind': {
    async run({ open }) {
      const { log } = await open({ level: 'info', sample: { notice: { every: 2 } }, limits: [{ windowMs: 60_000, count: 1 }] })
      log.debug()?.msg('disabled')
      for (let i = 0; i < 2; i++) log.notice()?.msg('sampled')
      for (let i = 0; i < 3; i++) log.info()?.limit('category')
      log
        .info()
        ?.modify(() => ErrLimited)
        .msg('limited')
      log
        .info()
        ?.modify(() => ErrDisabled)
        .msg('disabled')
      const { written, disabled, sampled, limited, dropped, misuse } = log.stats()
      assert.deepEqual(
        { written, disabled, sampled, limited, dropped, misuse },
        { written: 1, disabled: 2, sampled: 1, limited: 3, dropped: 0, misuse: 0 },
      )
    },
  },
  'M-5 firstOf comes to it only after ErrDisabled, and goes no further once it has written': {
    async run({ open }) {
      const { backend, ...opened } = await open()
      const after = neighbour()
      over(firstOf(neighbour(ErrDisabled).backend, backend, after.backend))
        .info()
        ?.num('n', 1)
        .msg('written')
      const failed = over(firstOf(neighbour(new Error('full')).backend, backend), { onError: () => {} }).emit(
        'info',
        () => undefined,
      )
      assert.equal(failed instanceof Error ? failed.message : failed, 'full')
      over(firstOf(neighbour().backend, backend)).info()?.num('n', 2).msg('taken before')
      assert.deepEqual(await shown({ backend, ...opened }, ['n']), [{ n: 1 }])
      assert.deepEqual(after.kept, [])
    },
  },
  'M-5 in a fanOut it gets an event of its own, with all fields, whatever becomes of the others': {
    async run({ open, messageKey }) {
      const opened = await open()
      const beside = neighbour()
      const failures: string[] = []
      const log = over(fanOut(neighbour(new Error('full')).backend, opened.backend, beside.backend), {
        redact: ['secret'],
        fields: { base: 'b' },
        onError: ({ message }) => failures.push(message),
      })
      log
        .with()
        .str('bound', 'x')
        .logger()
        .info()
        ?.num('n', 1)
        .str('secret', 'MARK')
        .obj('o', (o) => o.str('secret', 'MARK').arr('l', (l) => l.num(1)))
        .group('g')
        .bool('in', true)
        .msg('m')
      const fields = {
        base: 'b',
        bound: 'x',
        n: 1,
        secret: '[Redacted]',
        o: { secret: '[Redacted]', l: [1] },
        g: { in: true },
      }
      assert.deepEqual(await shown(opened, [...Object.keys(fields), messageKey]), [{ ...fields, [messageKey]: 'm' }])
      assert.deepEqual(JSON.parse(JSON.stringify(beside.kept)), [{ ...fields, message: 'm' }])
      assert.deepEqual([failures, log.stats().written], [['full'], 1])
    },
  },
  'M-7 byLevel gives it its own levels, or the rest; alsoByLevel both': {
    async run({ open, level }) {
      const write = (log: Logger<Custom>): void => {
        log.info()?.msg('i')
        log.audit()?.msg('a')
        log.err()?.msg('e')
      }
      const [info, audit, err] = [level('info', 6), level('audit', 9), level('err', 3)]
      const named = await open()
      const rest = await open()
      const both = await open()
      const others = [neighbour(), neighbour(), neighbour()] as const
      write(over(byLevel({ audit: named.backend }, others[0].backend)))
      write(over(byLevel({ audit: others[1].backend }, rest.backend)))
      write(over(alsoByLevel({ audit: others[2].backend }, both.backend)))
      assert.deepEqual(await shown(named, ['level']), [{ level: audit }])
      assert.deepEqual(await shown(rest, ['level']), [{ level: info }, { level: err }])
      assert.deepEqual(await shown(both, ['level']), [{ level: info }, { level: audit }, { level: err }])
      const taken = others.map(({ kept }) => kept.map(({ message }) => message))
      assert.deepEqual(taken, [['i', 'e'], ['a'], ['a']])
    },
  },
}
