// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
class A {
  x = 1
  #p = 2
  get g() {
    return 3
  }
}
const c = structuredClone(new A())
console.log(c, c.constructor === Object, 'g' in c)
console.log(structuredClone(Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true }, hidden: { value: 3 } })))
console.log(
  structuredClone({
    get a() {
      return 'computed'
    },
    [Symbol('s')]: 1,
    b: undefined,
  }),
)
const n = Object.create(null)
n.x = 1
console.log(structuredClone(n), Object.getPrototypeOf(structuredClone(n)) === Object.prototype)
console.log(Object.isFrozen(structuredClone(Object.freeze({ a: 1 }))))
const p = structuredClone(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}'))
console.log(Object.keys(p), p.polluted, Object.getPrototypeOf(p) === Object.prototype)
