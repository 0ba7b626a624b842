// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
let n = 0
const t = setTimeout(() => {
  console.log('fired', ++n)
  if (n < 3) t.refresh()
}, 5)
