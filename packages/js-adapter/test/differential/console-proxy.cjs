// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const log = []
const p = new Proxy(
  { a: 1, b: [2] },
  {
    get: (t, k) => (log.push(String(k)), t[k]),
    ownKeys: (t) => (log.push('ownKeys'), Reflect.ownKeys(t)),
    has: () => (log.push('has'), true),
    getPrototypeOf: (t) => (log.push('proto'), Reflect.getPrototypeOf(t)),
  },
)
console.log(p, [p], { p })
console.log(
  new Proxy([1, 2], {}),
  new Proxy(() => {}, {}),
  new Proxy(class A {}, {}),
  new Proxy(new Map([[1, 2]]), {}),
  new Proxy(new Proxy({ deep: 1 }, {}), {}),
)
const r = Proxy.revocable({}, {})
r.revoke()
console.log(r.proxy, [r.proxy])
console.log(log.join())
console.log('%s %O %j', new Proxy({ a: 1 }, {}), new Proxy([1], {}), new Proxy({ j: 1 }, {}))
