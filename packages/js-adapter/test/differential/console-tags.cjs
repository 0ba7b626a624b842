// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  { [Symbol.toStringTag]: 'T' },
  new (class X {
    get [Symbol.toStringTag]() {
      return 'Y'
    }
  })(),
  new (class Z {
    get [Symbol.toStringTag]() {
      return 'Z'
    }
  })(),
)
console.log(
  Object.create({
    get [Symbol.toStringTag]() {
      return 'Inherited'
    },
  }),
  Object.create(null, { [Symbol.toStringTag]: { value: 'N' } }),
)
console.log(
  new (class Q extends Array {
    get [Symbol.toStringTag]() {
      return 'QQ'
    }
  })(),
  new (class R extends Map {
    get [Symbol.toStringTag]() {
      return 'RR'
    }
  })(),
)
console.log(
  JSON,
  Math[Symbol.toStringTag],
  Reflect[Symbol.toStringTag],
  (function () {
    return arguments
  })(1, 2),
  [][Symbol.iterator](),
  'ab'[Symbol.iterator](),
  'a'.matchAll(/a/g),
)
