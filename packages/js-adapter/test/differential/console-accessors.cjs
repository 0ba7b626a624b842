// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const o = Object.defineProperties(
  {},
  {
    hidden: { value: 1 },
    shown: { value: 2, enumerable: true },
    get: { get: () => 1, enumerable: true },
    set: { set() {}, enumerable: true },
    both: { get: () => 1, set() {}, enumerable: true },
  },
)
console.log(o)
console.dir(o, { showHidden: true })
console.dir([1, 2], { showHidden: true })
console.dir({ a: { b: { c: { d: { e: 1 } } } } }, { depth: 0 })
console.dir({ a: { b: { c: { d: { e: 1 } } } } }, { depth: null })
console.dir({ a: { b: { c: { d: { e: 1 } } } } }, { depth: 3 })
console.dir('text')
console.dir('a', 'b')
console.dir()
console.log({
  get throwing() {
    throw new Error('no')
  },
})
console.dir({ b: 1, a: 2 }, { sorted: true })
console.dir([1, 2, 3, 4], { maxArrayLength: 2 })
console.dir('abcdef'.repeat(3), { maxStringLength: 5 })
console.dir({ a: 'abcdef'.repeat(3) }, { maxStringLength: 5 })
console.dir({ a: 1, b: { c: 2 } }, { compact: false })
console.dir({ a: 1, b: { c: 2 } }, { compact: true })
console.dir({ a: 1, b: 2 }, { breakLength: 10 })
