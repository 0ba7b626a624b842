// Oracle fixture: structuredClone of every kind, and what it refuses.
/* oxlint-disable */
const kinds = {
  undef: undefined,
  nul: null,
  minus: -0,
  nan: NaN,
  big: 10n ** 30n,
  lone: '\ud800',
  boxed: new Number(-0),
  boxedText: new String('a'),
  boxedBool: Object(false),
  boxedBig: Object(1n),
  date: new Date(NaN),
  regexp: /a/giu,
  sparse: [, 1, , 2],
  buffer: new ArrayBuffer(3),
}
for (const [label, value] of Object.entries(kinds))
  show(label, () => {
    const c = structuredClone(value)
    return [c, typeof c, Object.is(c, value)]
  })
show('sparse', () => {
  const c = structuredClone([, 1, ,])
  return [c.length, 0 in c, 1 in c]
})
show('lastIndex', () => {
  const r = /a/g
  r.lastIndex = 3
  return structuredClone(r).lastIndex
})
show('cycle', () => {
  const o = {}
  o.self = o
  o.list = [o]
  const c = structuredClone(o)
  return [c !== o, c.self === c, c.list[0] === c]
})
show('map', () => {
  const m = new Map()
  m.set(m, 'k').set('v', m)
  const c = structuredClone(m)
  return [c.get(c), c.get('v') === c, c.size]
})
show('set', () => [...structuredClone(new Set([3, 1, 2, NaN]))])
show('shared', () => {
  const v = {}
  const [a, b] = structuredClone([v, v])
  return a === b
})
show('class', () => {
  class A {
    #x = 1
    y = 2
  }
  const c = structuredClone(new A())
  return [c.constructor === Object, c.y]
})
show('getters', () => {
  const reads = []
  structuredClone({
    get b() {
      reads.push('b')
      return 1
    },
    get a() {
      reads.push('a')
    },
    1: 0,
  })
  return reads
})
show('hidden', () => Object.keys(structuredClone(Object.defineProperty({ [Symbol('s')]: 1 }, 'x', { value: 1 }))))
for (const E of [Error, TypeError, RangeError, EvalError, AggregateError])
  show(E.name, () => {
    const c = structuredClone(new E(E === AggregateError ? [] : 'm', E === AggregateError ? 'm' : { cause: { a: 1 } }))
    return [c.name, c.message, c.constructor.name, typeof c.stack, JSON.stringify(c.cause)]
  })
show('named error', () => {
  const e = new Error('m')
  e.name = 'Own'
  e.extra = 1
  const c = structuredClone(e)
  return [c.name, c.extra]
})
show('views', () => {
  const b = new Uint8Array([1, 2, 3, 4]).buffer
  const { a, d } = structuredClone({ a: new Uint16Array(b, 2), d: new DataView(b, 1, 2) })
  return [a.buffer === d.buffer, a.byteOffset, a.length, d.byteLength, a[0]]
})
show('resizable bytes', () => {
  const b = new ArrayBuffer(2, { maxByteLength: 4 })
  new Uint8Array(b).set([7, 8])
  const c = structuredClone(b)
  c.resize(4)
  return [Array.from(new Uint8Array(c)), b.byteLength]
})
show('resizable', () => {
  const c = structuredClone(new ArrayBuffer(2, { maxByteLength: 8 }))
  return [c.byteLength, c.resizable, c.maxByteLength]
})
for (const bad of [
  () => {},
  Symbol('s'),
  Promise.resolve(),
  new WeakMap(),
  new WeakSet(),
  new WeakRef({}),
  (function* () {})(),
  new Proxy({}, {}),
  { deep: [{ f() {} }] },
])
  show(`refuses ${text(bad)}`, () => structuredClone(bad))
show('throwing getter', () =>
  structuredClone({
    get x() {
      throw 'mine'
    },
  }),
)
show('no argument', () => structuredClone())
show('transfer', () => {
  const b = new ArrayBuffer(4)
  const c = structuredClone({ b }, { transfer: [b] })
  return [b.byteLength, b.detached, c.b.byteLength]
})
show('transfer twice', () => {
  const b = new ArrayBuffer(4)
  return structuredClone(b, { transfer: [b, b] })
})
show('transfer detached', () => {
  const b = new ArrayBuffer(4)
  structuredClone(b, { transfer: [b] })
  return structuredClone(b)
})
for (const options of [null, undefined, 1, 'x', { transfer: null }, { transfer: 1 }, { transfer: [{}] }])
  show(`options ${text(options)} ${typeof options === 'object' && options ? text(options.transfer) : ''}`, () =>
    structuredClone(1, options),
  )
