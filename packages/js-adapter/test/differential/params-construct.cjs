// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const show = (f) => {
  try {
    console.log(f().toString())
  } catch (e) {
    console.log(e.name, e.code, e.code ? e.message : '')
  }
}
for (const init of [
  undefined,
  null,
  '',
  '?',
  'a=1',
  '?a=1&a=2',
  '??a',
  5,
  true,
  [],
  [
    ['a', 'b'],
    ['a', 1],
  ],
  [new Set(['x', 'y'])],
  { a: 1, b: [1, 2], c: undefined },
  new Map([['k', 'v']]),
  new URLSearchParams('q=1'),
  [['a']],
  [['a', 'b', 'c']],
  [1],
  ['ab'],
  [null],
  { [Symbol.iterator]: 1 },
  { [Symbol('s')]: 1 },
  function () {},
  Object.create({ inherited: 1 }),
  new FormLike(),
])
  show(() => new URLSearchParams(init))
function FormLike() {
  this[Symbol.iterator] = function* () {
    yield ['x', 'y']
    yield 'zz'
  }
}
show(() => new URLSearchParams(Symbol('x')))
show(() => new URLSearchParams({ ['\ud800']: 1, ['\udc00']: 2, z: '\ud800' }))
