// Who may produce, and with which commands.
import { expect, test } from 'vitest'
import { defineCommands, fixed, float, text } from '../../src/ingress/commands.ts'
import { FORMAT } from '../../src/ingress/layout.ts'
import { connectIngress } from '../../src/ingress/producer.ts'
import { createPump } from './support/pump.ts'

const commands = defineCommands({ tick: fixed(), line: text() })
const handlers = { tick() {}, line() {} }

test('I-2 a second claim is refused', () => {
  const port = createPump().open(commands, handlers)
  connectIngress(port.transferable, commands)
  expect(() => connectIngress(port.transferable, commands)).toThrow(expect.objectContaining({ code: 'ERR_INGRESS_CLAIMED' }))
})

test.each<[string, unknown]>([
  ['another name', defineCommands({ tock: fixed(), line: text() })],
  ['another kind', defineCommands({ tick: float(), line: text() })],
  ['another order', defineCommands({ line: text(), tick: fixed() })],
  ['one less', defineCommands({ tick: fixed() })],
  ['one more', defineCommands({ tick: fixed(), line: text(), more: fixed() })],
])('I-2 a claim with %s is refused, and leaves the port free', (_what, other) => {
  const port = createPump().open(commands, handlers)
  expect(() => connectIngress(port.transferable, other as typeof commands)).toThrow(
    expect.objectContaining({ code: 'ERR_INGRESS_PROTOCOL' }),
  )
  expect(connectIngress(port.transferable, commands).submit('tick', 1)).toBe(true)
})

test('I-2 names that run together do not hash alike', () => {
  const first = defineCommands({ a: fixed(), 'b=fixed;1:c': fixed() })
  const second = defineCommands({ a: fixed(), b: fixed(), c: fixed() })
  expect(first.hash).not.toBe(second.hash)
})

test.each([
  ['no memory at all', () => ({ ring: undefined, wakeWord: new Int32Array(new SharedArrayBuffer(8)) })],
  ['memory that is no ring', () => ({ ring: new SharedArrayBuffer(8192), wakeWord: new Int32Array(new SharedArrayBuffer(8)) })],
  ['memory that is too short', () => ({ ring: new SharedArrayBuffer(16), wakeWord: new Int32Array(new SharedArrayBuffer(8)) })],
  [
    'another layout',
    () => {
      const port = createPump().open(commands, handlers)
      new Int32Array(port.transferable.ring)[FORMAT] = 7
      return port.transferable
    },
  ],
  [
    'a wake word that is not shared',
    () => ({ ring: createPump().open(commands, handlers).transferable.ring, wakeWord: new Int32Array(2) }),
  ],
])('I-2 %s is refused', (_what, make) => {
  expect(() => connectIngress(make() as never, commands)).toThrow(expect.objectContaining({ code: 'ERR_INGRESS_PROTOCOL' }))
})
