// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const e = new Error('m', { cause: 'c' })
console.log(e.name, e.message, e.cause, Object.keys(e), e instanceof Error, String(e), typeof e.stack)
class MyError extends Error {
  constructor() {
    super('mine')
    this.name = 'MyError'
    this.code = 'E1'
  }
}
try {
  throw new MyError()
} catch (x) {
  console.log(x.name, x.code, x instanceof MyError, String(x))
}
try {
  null.x
} catch (x) {
  console.log(x.constructor.name)
}
try {
  undefinedName
} catch (x) {
  console.log(x.name)
}
console.log(new AggregateError([1], 'a').errors)
