// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('uncaughtException', (e) => console.log('caught', e.message))
let n = 0
const i = setInterval(() => {
  n++
  if (n === 3) clearInterval(i)
  throw new Error('x' + n)
}, 1)
