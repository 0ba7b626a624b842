// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  Object.create(Object.create(Object.create(null))),
  Object.create(Object.create(null, { constructor: { value: 5 } })),
  { a: Object.create(Object.create(null)) },
)
console.log(
  new Proxy({ a: { b: { c: { d: 1 } } } }, {}),
  { x: new Proxy({ y: new Proxy({ z: { w: 1 } }, {}) }, {}) },
  new Proxy({ aaaaaaaaaaaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: 2, ccccccccccccccccccccccccccccc: 3 }, {}),
)
console.log([
  new Proxy({ aaaaaaaaaaaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: 2, ccccccccccccccccccccccccccccc: 3 }, {}),
])
const o = {}
o.p = new Proxy(o, {})
console.log(o)
console.dir({ a: 1, b: { c: 2, d: [1, 2, 3] }, e: 'x\ny' }, { compact: false })
console.dir([1, [2, [3]], { a: {} }], { compact: false })
console.dir({ a: 1, b: { c: 2, d: [1, 2, 3] }, e: 'x\ny' }, { compact: true })
console.dir(
  { aaaaaaaaaaaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: { b: 2 }, ccccccccccccccccccccccccccccc: 3 },
  { compact: true },
)
console.dir(
  { aaaaaaaaaaaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: { b: [1, 2] }, ccccccccccccccccccccccccccccc: 3 },
  { compact: 1 },
)
console.dir({ a: 1, b: { c: { d: { e: 1 } } } }, { compact: 1 })
console.dir(
  new Map([
    ['b', 1],
    ['a', 2],
  ]),
  { sorted: true },
)
console.dir(new Set(['b', 'a']), { sorted: true })
console.dir(['b', 'a'], { sorted: true })
console.dir({ b: 1, a: 2 }, { sorted: (x, y) => (x < y ? 1 : -1) })
console.dir([1, 2, 3], { maxArrayLength: 0 })
console.dir(new Set([1, 2]), { maxArrayLength: 1 })
console.dir('x', { maxStringLength: 0 })
console.dir({ a: {} }, { depth: -1 })

console.dir(
  {
    get a() {
      return 1
    },
    set b(v) {},
    get c() {
      return { x: 1 }
    },
  },
  { getters: true },
)
console.dir(
  {
    get a() {
      return 1
    },
    get b() {
      return 2
    },
    set b(v) {},
  },
  { getters: 'get' },
)
console.log({ [Symbol('a\nb')]: 1, [Symbol("it's")]: 2 }, [Symbol('a\nb')])
console.dir([1, 2, 3], { maxArrayLength: 0 })
