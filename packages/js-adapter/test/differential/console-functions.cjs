// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
function f() {}
f.prop = 1
const anon = (() => () => {})()
async function g() {}
function* h() {}
async function* i() {}
console.log(f, anon, g, h, i, [f], {
  f,
  anon,
  m() {},
  async n() {},
  *o() {},
  get p() {
    return 1
  },
  set p(v) {},
  set q(v) {},
  get r() {
    return 1
  },
})
console.log(
  Object.assign(() => {}, { a: 1 }),
  class {
    static s = 1
  },
  class D {
    static m() {}
  },
  f.bind(null),
  Object.defineProperty(() => {}, 'name', { value: 'renamed' }),
  Object.defineProperty(function () {}, 'name', { value: 5 }),
)
console.log(
  Object.setPrototypeOf(function x() {}, class Y {}.prototype),
  new Function('return 1'),
  Math.max,
  Symbol,
  class {
    static #x = 1
  },
)
console.log([() => {}, function () {}, class {}], h(), (async () => {})())
