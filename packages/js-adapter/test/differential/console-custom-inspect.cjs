// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const custom = Symbol.for('nodejs.util.inspect.custom')
console.log({ [custom]: () => 'text' }, [{ [custom]: () => 'in array' }], { a: { [custom]: () => 'two\nlines' } })
console.log(
  { [custom]: (depth, options) => `${depth} ${options.depth} ${options.colors} ${options.compact} ${options.breakLength}` },
  { n: { [custom]: (depth, options, inspect) => `${depth} ${typeof inspect} ${inspect({ x: [1] })}` } },
)
console.log(
  { [custom]: () => ({ replaced: 1 }) },
  { [custom]: () => 5 },
  { [custom]: () => null },
  { [custom]: 5 },
  {
    [custom]() {
      return this
    },
  },
)
class Money {
  constructor(n) {
    this.n = n
  }
  [custom]() {
    return `Money<${this.n}>`
  }
}
console.log(new Money(5), { price: new Money(6) }, new Map([['k', new Money(7)]]), '%s', new Money(8))
console.log('%s|%o', new Money(9), 1)
