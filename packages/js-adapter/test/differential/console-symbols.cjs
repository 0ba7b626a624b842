// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  Symbol(),
  Symbol('a'),
  Symbol.for('b'),
  Symbol.iterator,
  [Symbol('c')],
  { [Symbol('d')]: Symbol('e') },
  Symbol('with space'),
  Symbol("it's"),
  Symbol('new\nline'),
)
console.log(Object.defineProperty({}, Symbol('hidden'), { value: 1 }), Object.getOwnPropertySymbols({ [Symbol('x')]: 1 }))
