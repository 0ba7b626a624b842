// Cases of the conformance suite about errors, and the messages that events take from them.
import { strict as assert } from 'node:assert'
import type { Case } from './backend-cases.ts'
import { shown } from './backend-cases.ts'

export const ERROR_CASES: Readonly<Record<string, { readonly needs?: undefined; readonly run: Case }>> = {
  'B-6 messages: given, empty, none, or that of the error': {
    async run({ open, messageKey }) {
      const opened = await open()
      opened.log.info()?.msg('given')
      opened.log.info()?.msg('')
      opened.log.info()?.err(new Error('boom')).msg()
      opened.log.info()?.any('err', new Error('any')).msg()
      opened.log
        .info()
        ?.fields({ err: new Error('field') })
        .msg()
      opened.log.with().err(new Error('bound')).logger().info()?.msg()
      opened.log.with().err(new Error('bound')).logger().info()?.msg('over')
      assert.deepEqual(
        await shown(opened, [messageKey]),
        ['given', '', 'boom', 'any', 'field', 'bound', 'over'].map((text) => ({ [messageKey]: text })),
      )
    },
  },
  'errors: type, message, stack': {
    async run({ open }) {
      const opened = await open()
      opened.log.info()?.err(new TypeError('bad')).msg('m')
      const [record] = await opened.records()
      const error = record?.['err'] as Readonly<Record<string, unknown>> | undefined
      assert.equal(error?.['type'], 'TypeError')
      assert.equal(error?.['message'], 'bad')
      assert.match(String(error?.['stack']), /TypeError: bad/)
    },
  },
  'F-1 errors are errors under any key and at any depth, bound ones too': {
    async run({ open }) {
      const opened = await open()
      const error = new TypeError('bad')
      opened.log
        .with()
        .err(error, 'bound')
        .logger()
        .info()
        ?.err(error, 'other')
        .obj('o', (object) => object.err(error, 'inner'))
        .arr('a', (array) => array.err(error))
        .group('g')
        .any('grouped', error)
        .msg('m')
      const [record] = await opened.records()
      const at = (...path: readonly (string | number)[]): unknown =>
        path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], record)
      for (const path of [['bound'], ['other'], ['o', 'inner'], ['a', 0], ['g', 'grouped']])
        assert.deepEqual([at(...path, 'type'), at(...path, 'message')], ['TypeError', 'bad'], path.join('.'))
    },
  },
}
