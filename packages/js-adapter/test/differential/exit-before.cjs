// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
let n = 0
process.on('beforeExit', (c) => {
  console.log('before', c)
  if (n++ < 2) setImmediate(() => console.log('more', n))
})
process.on('exit', (c) => console.log('exit', c))
