// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
let n = 0
const iv = setInterval(
  (x) => {
    console.log('beat', ++n, x)
    if (n === 3) clearInterval(iv)
  },
  5,
  'arg',
)
