// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('warning', () => {})
const show = (delay) => {
  try {
    const t = setTimeout(() => {}, delay)
    console.log(typeof delay, String(delay), t._idleTimeout, t._repeat)
    clearTimeout(t)
  } catch (e) {
    console.log(typeof delay, e.name)
  }
}
for (const delay of [
  undefined,
  null,
  0,
  -0,
  -1,
  0.5,
  1,
  1.5,
  1.999,
  2 ** 31 - 1,
  2 ** 31,
  Infinity,
  -Infinity,
  NaN,
  '5',
  ' 7 ',
  '',
  'abc',
  '0x10',
  true,
  false,
  [],
  [3],
  [1, 2],
  { valueOf: () => 9 },
  10n,
  Symbol('s'),
])
  show(delay)
const i = setInterval(() => {}, 2.7)
console.log(i._idleTimeout, i._repeat)
clearInterval(i)
