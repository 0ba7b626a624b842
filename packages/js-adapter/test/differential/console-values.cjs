// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(1, -0, 'a', "it's", null, undefined, 10n, Symbol('x'), true, [1, 'two', [3]], { a: { b: { c: { d: 1 } } } })
console.log(new Map([[{ k: 1 }, new Set([1])]]), new Date(0), /x/gi, new Error('m').message, [, 1, , ,], Array(3), [1.5, -0, NaN])
console.log(
  {
    f() {},
    g: class A {},
    h: () => {},
    [Symbol('s')]: 1,
    'q-r': 2,
    get x() {
      return 1
    },
    set y(v) {},
  },
  Object.create(null),
  Object.create({ a: 1 }),
)
console.log(
  new Uint8Array(4),
  new ArrayBuffer(3),
  new DataView(new ArrayBuffer(1)),
  Promise.resolve([1]),
  Promise.reject(1).catch(() => {}) instanceof Promise,
)
console.log(
  new (class Foo extends Map {
    x = 1
  })(),
  new (class extends Array {})(2),
  Object(1),
  Object('s'),
  Object(Symbol('b')),
  Object(2n),
  [undefined, null],
)
