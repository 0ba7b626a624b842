// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
class Foo extends Error {}
class FooError extends TypeError {}
console.log(new Error('plain'))
console.log([new Foo('in array')])
console.log({ e: new FooError('in object') })
console.log(new Map([['k', new RangeError('in map')]]))
console.log(Object.assign(new Error('props'), { code: 'E', deep: { a: 1 } }))
console.log(new AggregateError([new Error('one')], 'many'))
console.log('%s', new Error('formatted'))
console.log(Object.assign(new Error('named'), { name: 'Custom' }))
console.log(new DOMException('dom', 'AbortError'))
try {
  queueMicrotask(5)
} catch (e) {
  console.log(e)
  console.log(String(e), e.toString(), Object.keys(e), JSON.stringify(e), e.constructor === TypeError)
}
