// What runtimes share, and what they do not.
import { expect, test, vi } from 'vitest'
import { Engine } from '../../src/engine/engine.ts'
import { webAssembly } from '../../src/engine/webassembly.ts'
import { Runtime } from '../../src/goja/runtime.ts'
import { code, openRuntime, VARIANTS } from './support.ts'

test.each(VARIANTS)('E-1 %s: two runtimes of one engine share no instance, memory or value', async (variant) => {
  using one = await openRuntime(variant)
  using other = await openRuntime(variant)
  const [{ instance }, { instance: second }] = [Runtime.bridgeOf(one).core, Runtime.bridgeOf(other).core]
  expect(instance.exports).not.toBe(second.exports)
  expect(instance.memory).not.toBe(second.memory)
  one.runString('globalThis.mine = 1; Array.prototype.mine = 1; Symbol.for("mine").description')
  expect(other.runString('[typeof mine, [].mine].join()')).toBe('undefined,')
  expect(() => other.set('theirs', one.newObject())).toThrow(code('ERR_VALUE_FOREIGN'))
  one.dispose()
  expect(other.runString('1 + 1')).toBe(2)
})

test('E-4 each load is an engine of its own, runtimes of one compile nothing anew, and one without an engine loads its own', async () => {
  const engine = await Engine.load()
  const another = await Engine.load()
  expect(another.calibration).not.toBe(engine.calibration)
  expect(another.identity).toEqual(engine.identity)
  const compile = vi.spyOn(webAssembly(), 'compile')
  using first = await Runtime.create({ engine })
  using second = await Runtime.create({ engine })
  expect([first.runString('1'), second.runString('2')]).toEqual([1, 2])
  expect(compile).not.toHaveBeenCalled()
  compile.mockRestore()
  using alone = await Runtime.create()
  expect(alone.runString('3')).toBe(3)
  expect([engine, another]).not.toContain(Runtime.bridgeOf(alone).core.engine)
})
