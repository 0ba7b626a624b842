// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const value of [undefined, null, 0, -1, NaN, '', 'x', {}, [], true, Symbol.iterator, 5n, () => {}]) {
  try {
    clearTimeout(value)
    clearInterval(value)
    clearImmediate(value)
    console.log(typeof value, 'ok')
  } catch (e) {
    console.log(typeof value, e.name)
  }
}
const t = setTimeout(() => console.log('t fires'), 100)
clearImmediate(t)
const i = setImmediate(() => console.log('i fires'))
clearTimeout(i)
const x = setTimeout(() => console.log('never'), 1)
clearInterval(x)
