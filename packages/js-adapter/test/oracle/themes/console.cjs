// Oracle fixture: formats, groups, counters, tables, odd values.
/* oxlint-disable */
console.log('%s %d %i %f %j %o %O %% %c %x', 'a', '42', 4.9, '1.5', { a: 1 }, [1], { b: { c: {} } }, 'css', 'rest', -0, 5n)
console.log('%d %i %s', Symbol('s'), 5n, { toString: () => 'own' })
console.log('%s', null, undefined, -0, 1n, Symbol('t'), () => 1, class A {})
console.log([undefined, null, , -0, 'q\'"', `\n\u0001`], {
  'a-b': 1,
  [Symbol('k')]: 2,
  get g() {
    return 1
  },
  set s(v) {},
  get both() {},
  set both(v) {},
})
console.log(
  new Map([[{ a: 1 }, new Set([1, [2]])]]),
  new WeakSet(),
  Promise.resolve(1),
  Promise.withResolvers().promise,
  new Date(0),
  /x/g,
)
console.log(
  Object.create(null),
  Object.create({ constructor: undefined }),
  new (class Own {
    x = 1
  })(),
  new (class extends Array {})(3),
  Object.create(class B {}.prototype),
)
console.log({ a: { b: { c: { d: 1 } } } }, [[[[1]]]], new Array(200).fill(0), 'x'.repeat(20), ['x'.repeat(100)])
console.log(
  new Uint8Array(3),
  new ArrayBuffer(4),
  new DataView(new ArrayBuffer(2)),
  Object(1),
  Object('s'),
  Object(Symbol('b')),
  Object(1n),
)
console.log([function f() {}, () => {}, async () => {}, function* g() {}, class {}, class C extends Map {}, Math.max])
const cyclic = { name: 'c' }
cyclic.self = cyclic
cyclic.list = [cyclic, { cyclic }]
console.log(cyclic)
console.log(
  new Proxy(
    { a: 1 },
    {
      get() {
        throw 1
      },
    },
  ),
  new Proxy(() => {}, {}),
)
console.log(
  Object.assign(() => {}, { p: 1 }),
  Object.assign([1], { extra: 2 }),
  [1, , , 4],
  { __proto__: null, n: 1 },
)
console.group('outer')
console.info('in\nlines')
console.groupCollapsed('inner')
console.debug('deep', { a: 1 })
console.groupEnd()
console.groupEnd()
console.groupEnd()
console.log('out')
for (const label of [undefined, 'default', 'own', null, 1]) console.count(label)
console.countReset('own')
console.count('own')
console.countReset('unknown')
console.assert(true, 'silent')
console.assert(false, 'told %d', 5)
console.assert(false)
console.assert(false, { a: 1 })
console.timeEnd('none')
console.timeLog('none')
console.table([
  { a: 1, b: 'x' },
  { a: 2, c: true },
])
console.table([[1, 2], [3]])
console.table(new Map([['k', { v: 1 }]]))
console.table([1, 'a'], ['x'])
console.table(5)
console.table([null, { x: 1 }, undefined, () => {}], ['x', 'y'])
console.table([], ['x'])
console.table({ r: { a: 1 }, q: 2 })
console.table([{ a: 1, b: 2 }], ['b'])
for (const bad of [5, 'x', null, {}, true]) show(`table argument ${text(bad)}`, () => console.table([], bad))
show('table argument of no table', () => console.table(1, 5))
console.dir({ a: { b: { c: {} } } }, { depth: 0 })
console.dirxml({ a: 1 }, [2])
console.warn('to stderr %s', 'w')
console.error()
console.log()
console.log('%', '%%', '%s')
show('results', () => [console.log.length, console.log.name, console.table.name, Object.prototype.toString.call(console)])
show('detached', () => {
  const { log } = console
  log('works alone')
})
