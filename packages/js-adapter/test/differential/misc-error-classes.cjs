// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const e = new Error('m', { cause: 0 })
console.log(
  e.cause,
  Object.getOwnPropertyDescriptor(e, 'cause'),
  Object.getOwnPropertyDescriptor(e, 'message'),
  'cause' in new Error('x'),
)
console.log(
  new AggregateError([1], 'a').errors,
  Object.keys(new AggregateError([])),
  Error('no new') instanceof Error,
  Error.isError(new DOMException()),
  Error.isError({}),
  Error.prototype.name,
  String(new TypeError('t')),
  Object.prototype.toString.call(e),
)
console.log(
  Error.prototype.toString.call({ name: 'N', message: 'M' }),
  Error.prototype.toString.call({}),
  typeof e.stack,
  [Error, TypeError, AggregateError, DOMException].map((x) => x.length).join(),
)
