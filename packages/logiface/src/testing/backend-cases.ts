// The cases of the backend suite, and what they need of the backend under test.
import { strict as assert } from 'node:assert'
import type { LoggerOptions } from '../create-logger.ts'
import type { Backend } from '../event/backend.ts'
import type { Level, LevelName } from '../level.ts'
import { LEVEL_NAMES } from '../level.ts'
import type { Logger } from '../logger.ts'
import { ErrDisabled, ErrLimited } from '../outcome.ts'

export type Custom = 'audit'

/** What a case asks of the backend under test. */
export interface OpenRequest {
  /** To be passed to `createLogger` beside the backend. */
  readonly options: Omit<LoggerOptions<Custom>, 'backend'>
}

export interface OpenedBackend {
  readonly log: Logger<Custom>
  /** What `log` writes to: the suite puts it among others (`firstOf`, `fanOut`, `byLevel`). */
  readonly backend: Backend
  /** Every event written so far, parsed: one record an event. */
  records(): readonly Readonly<Record<string, unknown>>[] | Promise<readonly Readonly<Record<string, unknown>>[]>
  close?(): void | Promise<void>
}

/** What a backend may lack. A case that needs it is reported as not run, by name. */
export const BACKEND_CAPABILITIES = ['lines', 'duplicates', 'reservedKeys'] as const
export type BackendCapability = (typeof BACKEND_CAPABILITIES)[number]

export type Case = (context: CaseContext) => Promise<void> | void

interface CaseContext {
  open(options?: OpenRequest['options']): Promise<OpenedBackend>
  readonly level: (name: LevelName | Custom, level: Level) => unknown
  readonly messageKey: string
  readonly bigint: (value: bigint) => unknown
}

/** The records without what a backend adds of its own, such as times and process ids: only what the case wrote. */
export async function shown(opened: OpenedBackend, keys: readonly string[]): Promise<readonly unknown[]> {
  return (await opened.records()).map((record) =>
    Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(record, key) ? [[key, record[key]]] : []))),
  )
}

const hostile = (): object => ({
  get x(): never {
    throw new Error('no')
  },
  y: 1,
})

export const CASES: Readonly<Record<string, { readonly needs?: BackendCapability; readonly run: Case }>> = {
  'L-1 L-7 every level method writes at its own level, and custom levels too': {
    async run({ open, level }) {
      const opened = await open()
      for (const name of LEVEL_NAMES) opened.log[name]()?.msg('m')
      opened.log.audit()?.msg('m')
      const found = await shown(opened, ['level'])
      assert.deepEqual(found, [
        ...LEVEL_NAMES.map((name, index) => ({ level: level(name, index) })),
        { level: level('audit', 9) },
      ])
    },
  },
  'L-2 every level method against every threshold': {
    async run({ open }) {
      for (let threshold = -1; threshold <= 8; threshold++) {
        const opened = await open({ level: threshold })
        for (const name of LEVEL_NAMES) opened.log[name]()?.msg('m')
        opened.log.audit()?.msg('m')
        assert.equal((await opened.records()).length, threshold + 2, `threshold ${threshold}`)
      }
    },
  },
  'B-3 lazy values are called once, and only for events that are wanted': {
    async run({ open }) {
      const opened = await open({ level: 'info' })
      let calls = 0
      opened.log
        .debug()
        ?.num('n', () => ++calls)
        .msg('m')
      opened.log
        .info()
        ?.num('n', () => ++calls)
        .msg(() => 'm')
      assert.deepEqual(await shown(opened, ['n']), [{ n: 1 }])
    },
  },
  'B-7 emit returns the outcome': {
    async run({ open }) {
      const { log } = await open({ level: 'info' })
      assert.equal(
        log.emit('info', () => undefined),
        undefined,
      )
      assert.equal(
        log.emit('debug', () => undefined),
        ErrDisabled,
      )
      assert.equal(
        log.emit('info', () => ErrLimited),
        ErrLimited,
      )
    },
  },
  'every field kind, with its edge values': {
    async run({ open, bigint }) {
      const opened = await open()
      opened.log
        .info()
        ?.str('str', 'a"b\\\n\u0001é')
        .str('long', 'x"'.repeat(200))
        .str('nil', null)
        .str('skipped', undefined)
        .num('num', -1.5)
        .num('nan', Number.NaN)
        .bool('bool', false)
        .big('big', 2n ** 70n)
        .time('time_', new Date(1))
        .time('ns', 1n)
        .dur('dur', 1500)
        .bytes('bytes', new Uint8Array([255]))
        .json('json', { a: [1, undefined, { b: null }], d: new Date(0) })
        .any('map', new Map([['k', new Set([1])]]))
        .any('set', new Set(['s']))
        .raw('raw', '{"r":[1]}')
        .msg('m')
      const keys = [
        'str',
        'long',
        'nil',
        'skipped',
        'num',
        'nan',
        'bool',
        'big',
        'time_',
        'ns',
        'dur',
        'bytes',
        'json',
        'set',
        'raw',
      ]
      assert.deepEqual(await shown(opened, keys), [
        {
          str: 'a"b\\\n\u0001é',
          long: 'x"'.repeat(200),
          nil: null,
          num: -1.5,
          nan: null,
          bool: false,
          big: bigint(2n ** 70n),
          time_: '1970-01-01T00:00:00.001Z',
          ns: '1970-01-01T00:00:00.000000001Z',
          dur: '1.500s',
          bytes: '/w==',
          json: { a: [1, null, { b: null }], d: '1970-01-01T00:00:00.000Z' },
          set: ['s'],
          raw: { r: [1] },
        },
      ])
    },
  },
  'groups and nested builders': {
    async run({ open }) {
      const opened = await open()
      const child = opened.log.with().num('a', 1).group('g').num('b', 2).logger()
      child
        .info()
        ?.obj('o', (o) =>
          o.str('x', 'y').arr('l', (l) =>
            l
              .num(1)
              .str('s')
              .obj((p) => p.bool('t', true))
              .arr(() => {}),
          ),
        )
        .group('h')
        .num('c', 3)
        .msg('m')
      opened.log.info()?.group('empty').msg('m')
      assert.deepEqual(await shown(opened, ['a', 'g', 'empty']), [
        { a: 1, g: { b: 2, o: { x: 'y', l: [1, 's', { t: true }, []] }, h: { c: 3 } } },
        {},
      ])
    },
  },
  'M-1 modifiers run before the fields; a sentinel drops the event in silence': {
    async run({ open }) {
      const opened = await open()
      const child = opened.log
        .with()
        .modify((event) => event.addField('m', { deep: 1 }))
        .logger()
      child.info()?.num('n', 2).msg('kept')
      child
        .info()
        ?.modify(() => ErrDisabled)
        .msg('dropped')
      assert.deepEqual(await shown(opened, ['m', 'n']), [{ m: { deep: 1 }, n: 2 }])
    },
  },
  'M-2 M-3 hostile values cost only their own field, and nothing throws': {
    async run({ open, messageKey }) {
      const opened = await open({ onError: () => {} })
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      const circular: Record<string, unknown> = { n: 1 }
      circular['self'] = circular
      opened.log
        .info()
        ?.str('ok', 'yes')
        .str('lazy', () => {
          throw new Error('no')
        })
        .any('getter', hostile())
        .any('revoked', proxy)
        .json('circular', circular)
        .err(Object.freeze(new Error('frozen')))
        .msg('m')
      assert.deepEqual(await shown(opened, ['ok', messageKey]), [{ ok: 'yes', [messageKey]: 'm' }])
    },
  },
  'M-4 a spent builder writes nothing more': {
    async run({ open }) {
      const opened = await open()
      const builder = opened.log.info()
      builder?.msg('once')
      builder?.num('late', 1).msg('twice')
      assert.equal((await opened.records()).length, 1)
      assert.equal(opened.log.stats().misuse, 2)
    },
  },
  'M-6 a child and its root write to the same backend': {
    async run({ open }) {
      const opened = await open()
      opened.log.info()?.msg('root')
      opened.log.with().num('c', 1).logger().info()?.msg('child')
      assert.equal((await opened.records()).length, 2)
      await opened.log.flush()
    },
  },
  'R-3 redaction reaches every kind of field': {
    async run({ open }) {
      const opened = await open({ redact: ['secret', 'o.*.pin', /token$/i], redactValues: [/MARK/], fields: { secret: 'MARK' } })
      const error = Object.assign(new Error('MARK'), {
        secret: 'MARK',
        cause: Object.assign(new Error('c'), { authToken: 'MARK' }),
      })
      opened.log
        .with()
        .str('secret', 'MARK')
        .json('bound', { secret: 'MARK' })
        .logger()
        .info()
        ?.str('se-cret', 'MARK')
        .num('SECRET', -42.125) // no time, pid or line of a stack has these characters
        .json('o', { a: { pin: 'MARK' } })
        .obj('o', (o) => o.obj('b', (b) => b.str('pin', 'MARK')))
        .any('map', new Map([['secret', 'MARK']]))
        .json('toJSON', { toJSON: () => ({ secret: 'MARK' }) })
        .raw('raw', '{"secret":"MARK"}')
        .err(error)
        .group('g')
        .str('secret', 'MARK')
        .msg('MARK')
      const text = JSON.stringify(await opened.records())
      assert.ok(!text.includes('MARK') && !text.includes('-42.125'), text)
    },
  },
  'X-6 one event is one record, whatever its text': {
    needs: 'lines',
    async run({ open, messageKey }) {
      const opened = await open()
      const nasty = '\n\r\t\u0000\u001b[2J\u0085\u2028"\\'
      opened.log
        .info()
        ?.str('s', nasty)
        .str(nasty, 'k')
        .json('o', { [nasty]: nasty })
        .msg(nasty)
      opened.log.info()?.msg('next')
      assert.deepEqual(await shown(opened, ['s', nasty, 'o', messageKey]), [
        { s: nasty, [nasty]: 'k', o: { [nasty]: nasty }, [messageKey]: nasty },
        { [messageKey]: 'next' },
      ])
    },
  },
  'K-1 a sub-logger keeps what was bound as it was': {
    async run({ open }) {
      const opened = await open()
      const list = [1]
      const context = opened.log.with().json('list', list).str('a', 'b')
      const child = context.logger()
      list.push(2)
      context.str('late', 'x')
      child.info()?.msg('m')
      assert.deepEqual(await shown(opened, ['list', 'a', 'late']), [{ list: [1], a: 'b' }])
    },
  },
  'K-4 concurrent operations never see the fields of each other': {
    async run({ open }) {
      let current: object | undefined
      const opened = await open({ context: { getStore: () => current } })
      const steps = ['a', 'b', 'a', 'b', 'b', 'a']
      const stores: Readonly<Record<string, object>> = { a: Object.freeze({ who: 'a' }), b: Object.freeze({ who: 'b' }) }
      for (const who of steps) {
        current = stores[who]
        opened.log.info()?.str('expected', who).msg('m')
      }
      current = undefined
      opened.log.info()?.msg('m')
      assert.deepEqual(await shown(opened, ['who', 'expected']), [...steps.map((who) => ({ who, expected: who })), {}])
    },
  },
  'parallel writers: what several operations write at once arrives whole, each in its own order': {
    async run({ open, messageKey }) {
      const opened = await open()
      const writers = ['a', 'b', 'c', 'd']
      const long = 'x'.repeat(2000)
      await Promise.all(
        writers.map(async (writer, index) => {
          const log = opened.log.with().str('writer', writer).logger()
          for (let n = 0; n < 25; n++) {
            log.info()?.num('n', n).str('long', long).msg('m')
            if ((n + index) % 3 === 0) await Promise.resolve()
            else if ((n + index) % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
          }
        }),
      )
      await opened.log.flush()
      const found = (await shown(opened, ['writer', 'n', 'long', messageKey])) as readonly { readonly writer: string }[]
      assert.equal(found.length, 100)
      for (const writer of writers) {
        const expected = Array.from({ length: 25 }, (_, n) => ({ writer, n, long, [messageKey]: 'm' }))
        assert.deepEqual(
          found.filter((record) => record.writer === writer),
          expected,
        )
      }
    },
  },
  'B-5 a key given twice is written twice': {
    needs: 'duplicates',
    async run({ open }) {
      const opened = await open()
      opened.log.info()?.num('twice', 1).num('twice', 2).msg('m')
      assert.deepEqual(await shown(opened, ['twice']), [{ twice: 2 }])
    },
  },
  'fields cannot forge the level or the message': {
    needs: 'reservedKeys',
    async run({ open, level, messageKey }) {
      const opened = await open()
      opened.log.info()?.str('level', 'forged').str(messageKey, 'forged').msg('real')
      assert.deepEqual(await shown(opened, ['level', messageKey, 'level_', `${messageKey}_`]), [
        { level: level('info', 6), [messageKey]: 'real', level_: 'forged', [`${messageKey}_`]: 'forged' },
      ])
    },
  },
  'the key __proto__ is an ordinary member': {
    async run({ open }) {
      const opened = await open()
      opened.log.info()?.json('__proto__', { polluted: 1 }).str('constructor', 'c').msg('m')
      assert.equal(Reflect.get({}, 'polluted'), undefined)
      assert.deepEqual(await shown(opened, ['constructor']), [{ constructor: 'c' }])
      assert.ok((await opened.records()).every((record) => Object.hasOwn(record, '__proto__')))
    },
  },
  'O-1 the port form': {
    async run({ open, messageKey, level }) {
      const opened = await open({ level: 'info' })
      assert.equal(opened.log.enabled('debug'), false)
      assert.equal(opened.log.enabled('warn'), true)
      opened.log.log('debug', 'off', {})
      opened.log.log('warn', 'on', { a: 1, b: { c: [2] } })
      assert.deepEqual(await shown(opened, ['level', 'a', 'b', messageKey]), [
        { level: level('warning', 4), a: 1, b: { c: [2] }, [messageKey]: 'on' },
      ])
    },
  },
}
