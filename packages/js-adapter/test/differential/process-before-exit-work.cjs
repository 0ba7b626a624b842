// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
let n = 0
process.on('beforeExit', (c) => {
  console.log('beforeExit', c, ++n)
  if (n === 1) setTimeout(() => console.log('more'), 1)
  if (n === 2) setImmediate(() => console.log('and more'))
  if (n === 3) Promise.resolve().then(() => console.log('a job does not count'))
  if (n === 3) process.nextTick(() => console.log('nor does a tick'))
})
process.on('exit', (c) => console.log('exit', c))
