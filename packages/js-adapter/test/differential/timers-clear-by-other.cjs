// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const a = setTimeout(() => console.log('never'), 50)
setTimeout(() => {
  clearTimeout(a)
  console.log(a._destroyed, a.hasRef())
}, 5)
const b = setInterval(() => {
  console.log('tick of interval')
  clearTimeout(b)
  clearInterval(b)
}, 3)
