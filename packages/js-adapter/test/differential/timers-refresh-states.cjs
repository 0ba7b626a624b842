// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
let n = 0
const t = setTimeout(() => {
  console.log('fired', ++n, t._destroyed)
  if (n < 3) t.refresh()
}, 2)
setTimeout(() => {
  console.log('later', t._destroyed, t.hasRef())
  t.refresh()
  console.log(t._destroyed, t.hasRef())
}, 900)
const c = setTimeout(() => console.log('never'), 5)
clearTimeout(c)
console.log(c.refresh() === c, c._destroyed)
