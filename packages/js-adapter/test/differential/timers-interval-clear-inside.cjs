// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
let n = 0
const i = setInterval(() => {
  console.log('i', ++n)
  if (n === 3) {
    clearInterval(i)
    console.log(i._destroyed, i._repeat, i._idleTimeout)
  }
}, 1)
let m = 0
const j = setInterval(function () {
  if (++m === 2) clearTimeout(this)
  console.log('j', m, this === j)
}, 1)
