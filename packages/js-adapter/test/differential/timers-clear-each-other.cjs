// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const a = setTimeout(() => console.log('never'), 5)
clearInterval(a)
const b = setInterval(() => console.log('never'), 5)
clearTimeout(b)
const c = setTimeout(() => console.log('never'), 5)
clearTimeout(+c)
const d = setTimeout(() => {
  clearTimeout(e)
  console.log('d')
}, 5)
const e = setTimeout(() => console.log('never'), 5)
clearTimeout()
clearTimeout(null)
clearTimeout({})
clearTimeout('x')
clearImmediate()
clearInterval(99999)
