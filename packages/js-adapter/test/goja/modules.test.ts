// ES modules through an asynchronous host loader with an allow list.
import { describe, expect, test } from 'vitest'
import type { ModuleOptions } from '../../src/goja/module-graph.ts'
import { resolveRelative } from '../../src/goja/module-graph.ts'
import { code, object, openRuntime, VARIANTS } from './support.ts'

const TEXTS: Readonly<Record<string, string>> = {
  'lib/main.mjs':
    "import { twice } from './math.mjs'; import data, * as all from '../data.mjs'; export const result = twice(data); export { all }; export default await Promise.resolve('top')",
  'lib/math.mjs': "import { two } from './two.mjs'; export const twice = (x) => x * two; export { self } from './cycle.mjs'",
  'lib/two.mjs': 'export const two = 2',
  'lib/cycle.mjs': "import { twice } from './math.mjs'; export const self = () => twice(1)",
  'data.mjs': 'export default 21',
  'lib/lazy.mjs':
    "export const load = () => import('./two.mjs'); export const other = (name) => import(name).catch((e) => e.code)",
  'lib/denied.mjs': "import 'node:fs'; export const never = 1",
  'lib/missing.mjs': "import './nowhere.mjs'",
  'lib/throws.mjs': "throw new TypeError('at the top')",
  'lib/broken.mjs': 'export const = 1',
}

describe.each(VARIANTS)('%s', (variant) => {
  const options = (more: Partial<ModuleOptions> = {}): { readonly modules: ModuleOptions; readonly asked: string[] } => {
    const asked: string[] = []
    return {
      asked,
      modules: {
        allow: [/^lib\//, 'data.mjs'],
        load: async (name) => {
          asked.push(name)
          await new Promise((resolve) => setImmediate(resolve))
          return TEXTS[name]
        },
        ...more,
      },
    }
  }

  test('M-3 M-5 a graph with cycles and top-level await is loaded once each and evaluated; runModule gives the namespace', async () => {
    const { modules, asked } = options()
    using runtime = await openRuntime(variant, { modules })
    const namespace = await runtime.runModule('lib/main.mjs')
    expect([namespace.get('result'), namespace.get('default'), object(namespace.get('all')).get('default')]).toEqual([
      42,
      'top',
      21,
    ])
    expect(asked.toSorted()).toEqual(['data.mjs', 'lib/cycle.mjs', 'lib/main.mjs', 'lib/math.mjs', 'lib/two.mjs'])
    const own = await runtime.runModule('main', "import { two } from 'lib/two.mjs'; export const three = two + 1")
    expect(own.get('three')).toBe(3)
    expect(asked).toHaveLength(5)
  })

  test('M-1 M-2 without the option there are no modules; what is not allowed is refused before the loader is asked', async () => {
    using bare = await openRuntime(variant)
    await expect(bare.runModule('lib/main.mjs')).rejects.toThrow(code('ERR_MODULE_DENIED') as Error)
    const { modules, asked } = options()
    using runtime = await openRuntime(variant, { modules })
    await expect(runtime.runModule('node:fs')).rejects.toThrow(code('ERR_MODULE_DENIED') as Error)
    await expect(runtime.runModule('lib/denied.mjs')).rejects.toMatchObject({
      code: 'ERR_GUEST_EXCEPTION',
      value: expect.anything(),
    })
    expect(asked).toEqual(['lib/denied.mjs'])
    runtime.runString("var refused; import('node:fs').catch((e) => { refused = e.code })")
    expect(runtime.get('refused')).toBe('ERR_MODULE_DENIED')
  })

  test('M-3 dynamic import: literals are loaded ahead, another name rejects with ERR_MODULE_NOT_PRELOADED', async () => {
    using runtime = await openRuntime(variant, { modules: options().modules })
    const lazy = await runtime.runModule('lib/lazy.mjs')
    await expect(object(lazy.call('load')).export()).resolves.toMatchObject({ two: 2 })
    await expect(object(lazy.call('other', './math.mjs')).export()).resolves.toBe('ERR_MODULE_NOT_PRELOADED')
  })

  test('a missing module, a throw at the top and a syntax error are typed rejections; the runtime goes on', async () => {
    using runtime = await openRuntime(variant, { modules: options().modules })
    await expect(runtime.runModule('lib/nothing.mjs')).rejects.toThrow(code('ERR_MODULE_NOT_FOUND') as Error)
    await expect(runtime.runModule('lib/missing.mjs')).rejects.toMatchObject({ code: 'ERR_GUEST_EXCEPTION' })
    await expect(runtime.runModule('lib/throws.mjs')).rejects.toMatchObject({
      guestName: 'TypeError',
      guestMessage: 'at the top',
    })
    await expect(runtime.runModule('lib/broken.mjs')).rejects.toMatchObject({ guestName: 'SyntaxError' })
    expect((await runtime.runModule('lib/two.mjs')).get('two')).toBe(2)
  })

  test('M-5 the bounds: maxModules, maxSourceBytes, wallMs, and a loader that fails', async () => {
    using few = await openRuntime(variant, { modules: options({ maxModules: 2 }).modules })
    await expect(few.runModule('lib/main.mjs')).rejects.toThrow(code('ERR_LIMIT_SOURCE') as Error)
    using small = await openRuntime(variant, { modules: options({ maxSourceBytes: 50 }).modules })
    await expect(small.runModule('lib/main.mjs')).rejects.toThrow(code('ERR_LIMIT_SOURCE') as Error)
    using slow = await openRuntime(variant, { modules: options({ wallMs: 1, load: () => new Promise(() => {}) }).modules })
    await expect(slow.runModule('lib/main.mjs')).rejects.toThrow(code('ERR_LIMIT_WALL') as Error)
    const own = new Error('disk')
    using failing = await openRuntime(variant, { modules: options({ load: () => Promise.reject(own) }).modules })
    await expect(failing.runModule('lib/main.mjs')).rejects.toBe(own)
    await expect(openRuntime(variant, { modules: options({ maxModules: 0 }).modules })).rejects.toThrow(RangeError)
  })
})

test('relative specifiers are resolved against the referrer', () => {
  expect(resolveRelative('./b.mjs', 'x/a.mjs')).toBe('x/b.mjs')
  expect(resolveRelative('../c/d.mjs', 'x/y/a.mjs')).toBe('x/c/d.mjs')
  expect(resolveRelative('../../up.mjs', 'a.mjs')).toBe('../../up.mjs')
  expect(resolveRelative('bare', 'x/a.mjs')).toBe('bare')
})
