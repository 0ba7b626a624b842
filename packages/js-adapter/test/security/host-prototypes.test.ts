// S-2: what a guest exports, throws or passes changes no prototype of the host.
import { describe, expect, test } from 'vitest'
import type { RawCall } from '../../src/runtime/raw-call.ts'
import { hostRealm, realmChanges } from '../support/host-realm.ts'
import type { Opened } from '../support/open.ts'
import { openSandbox, settled } from '../support/open.ts'

const HOSTILE: Readonly<Record<string, string>> = {
  '__proto__ as own data': '({ ["__proto__"]: { polluted: 1 }, nested: { ["__proto__"]: { toString: 1 } } })',
  '__proto__ of parsed JSON': `JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}')`,
  '__proto__ as a prototype': '({ __proto__: { polluted: 1, get x() { return 1 } }, own: 2 })',
  'constructor.prototype': '({ constructor: { prototype: { polluted: 1 } }, prototype: { polluted: 2 } })',
  'names of the prototype': '({ toString: 1, valueOf: 2, hasOwnProperty: 3, __defineGetter__: 4, __lookupGetter__: 5 })',
  'an array with more than indices':
    'Object.assign([1], { length: 1, __proto__: { polluted: 1 }, map: 2, constructor: { prototype: 3 } })',
  'a getter on every name': `({ get a() { return { ["__proto__"]: 1 } }, get constructor() { return { prototype: { polluted: 1 } } } })`,
  'a getter that changes what is exported':
    '(() => { const o = { get a() { delete o.b; o.c = o; return 1 }, b: 2 }; return o })()',
  'a Proxy that lies': `new Proxy({}, { ownKeys: () => ['__proto__', 'constructor'], get: () => ({ polluted: 1 }),
    getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), getPrototypeOf: () => Array.prototype })`,
  'a Proxy of an array': 'new Proxy([1, 2], { get: (t, k) => (k === "length" ? 3 : { ["__proto__"]: { polluted: 1 } }) })',
  'Symbol.species': `(() => { class Bad extends Array { static get [Symbol.species]() { return function () { throw 1 } } }; return Bad.from([1, 2]) })()`,
  'species of a buffer': `(() => { class Bad extends Uint8Array { static get [Symbol.species]() { return Object } }; return new Bad(4) })()`,
  'a thenable': '({ then(resolve) { resolve({ ["__proto__"]: { polluted: 1 } }) } })',
  'a promise of a thenable': 'Promise.resolve({ then(resolve) { resolve({ then: 1, ["__proto__"]: { polluted: 1 } }) } })',
  'a then that is no function': '({ then: { ["__proto__"]: 1 }, catch: 1, finally: 2 })',
  'a Map with names as keys': 'new Map([["__proto__", { polluted: 1 }], ["constructor", 1], [Symbol.iterator, 2]])',
  'a Map that iterates otherwise': '(() => { const m = new Map([[1, 2]]); m[Symbol.iterator] = () => { throw 1 }; return m })()',
  'an Error with names':
    'Object.assign(new Error("m"), { ["__proto__"]: { a: 1 }, constructor: 1, unwrap: 2, frames: 3, polluted: 4 })',
  'an Error of odd texts': `Object.defineProperties(new Error(), { name: { value: { toString() { return '__proto__' } } }, message: { value: '__proto__' } })`,
  'a RegExp with a state': 'Object.assign(/x/g, { lastIndex: { valueOf() { throw 1 } }, exec: 1, ["__proto__"]: null })',
  'a Date that converts': 'Object.assign(new Date(5), { getTime() { throw 1 }, [Symbol.toPrimitive]: () => ({}) })',
  'well-known symbols':
    '({ [Symbol.toPrimitive]: 1, [Symbol.toStringTag]: "Promise", [Symbol.iterator]: 1, [Symbol.hasInstance]: 1, a: Symbol.species })',
  'registered symbols': '[Symbol.for("nodejs.util.inspect.custom"), Symbol.for("__proto__")]',
  'a function with properties': 'Object.assign(function __proto__() {}, { prototype: { polluted: 1 } })',
  'a polluted realm': `(() => { Object.prototype.polluted = 1; Array.prototype.polluted = 2; Function.prototype.call = () => { throw 1 }
    Object.prototype.get = 1; Object.prototype.set = 1; Object.prototype.value = 1; return { a: [{}] } })()`,
}

const INTO_HOST = [
  ['a result', (value: string) => `(${value})`],
  ['a promise of it', (value: string) => `Promise.resolve().then(() => (${value}))`],
  ['something thrown', (value: string) => `throw (${value})`],
  ['a rejection', (value: string) => `Promise.reject(${value})`],
  ['an argument of a sync function', (value: string) => `sync(${value}); 1`],
  ['an argument of an async function', (value: string) => `later(${value})`],
  ['an argument of a raw function', (value: string) => `raw(${value}); 1`],
  ['console output', (value: string) => `console.log(${value}, '%o', ${value}); 1`],
  ['an uncaught exception of a timer', (value: string) => `setTimeout(() => { throw (${value}) }, 0); 1`],
  ['a global', (value: string) => `globalThis.kept = (${value}); 1`],
] as const

async function openWithEcho(variant: 'ng' | 'bellard', returned: unknown[]): Promise<Opened> {
  const opened = await openSandbox({ variant })
  const keep = (argument: unknown): void => void returned.push(argument)
  opened.sandbox.expose('sync', { sync: keep })
  opened.sandbox.expose('later', keep)
  opened.sandbox.expose('raw', { raw: (call: RawCall) => keep([call.argument(0), call.text(0)]) })
  return opened
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test.each(Object.entries(HOSTILE))('S-2 no host prototype changes: %s', async (_name, value) => {
    const before = hostRealm()
    const returned: unknown[] = []
    let opened = await openWithEcho(variant, returned)
    for (const [way, source] of INTO_HOST) {
      if (opened.sandbox.state !== 'ready') opened = await openWithEcho(variant, returned)
      const { sandbox, loop } = opened
      const result = await settled(loop, sandbox.run(source(value)))
      if (way === 'a global' && sandbox.state === 'ready') {
        try {
          returned.push(sandbox.get('kept'))
        } catch (error) {
          expect(error, way).toMatchObject({ code: 'ERR_GUEST_EXCEPTION' })
        }
      }
      if ('error' in result) expect(result.error, way).toMatchObject({ code: 'ERR_GUEST_EXCEPTION' })
      expect(realmChanges(before, hostRealm()), way).toEqual([])
      for (const item of [{}, [], () => {}, new Error('x')]) expect(Reflect.get(item, 'polluted'), way).toBeUndefined()
      for (const item of ['value' in result ? result.value : undefined, ...returned])
        if (typeof item === 'object' && item !== null && !Array.isArray(item) && Object.hasOwn(item, '__proto__'))
          expect([null, Object.prototype], way).toContain(Object.getPrototypeOf(item))
    }
    opened.sandbox.close()
  })

  test('S-2 the comparison sees a change', () => {
    const before = hostRealm()
    const { prototype } = Map
    Reflect.defineProperty(prototype, 'planted', { value: 1, configurable: true })
    const found = realmChanges(before, hostRealm())
    Reflect.deleteProperty(prototype, 'planted')
    expect(found).toEqual([expect.stringMatching(/\.planted$/)])
    expect(realmChanges(before, hostRealm())).toEqual([])
  })
})
