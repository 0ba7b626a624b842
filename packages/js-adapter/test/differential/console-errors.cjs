// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const show = (e) => {
  const copy = e
  copy.stack = String(copy.stack).split('\n')[0].trimStart().startsWith('at ') ? undefined : undefined
  console.log(copy)
}
for (const e of [
  new Error('m'),
  new Error(''),
  new TypeError('t'),
  new RangeError(),
  Object.assign(new Error('p'), { code: 'X', n: 1 }),
  new Error('c', { cause: 'why' }),
  new Error('multi\nline'),
])
  show(e)
class MyError extends Error {}
class NamedError extends Error {
  get name() {
    return 'Getter'
  }
}
show(new MyError('mine'))
show(new NamedError('named'))
show(Object.assign(new Error('n'), { name: 'Other' }))
show(new AggregateError([1, 'two'], 'agg'))
console.log(Object.create(Error.prototype), Object.setPrototypeOf({ message: 'x' }, Error.prototype))
