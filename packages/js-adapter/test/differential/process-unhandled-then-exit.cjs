// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('unhandledRejection', (r) => {
  console.log('unhandled', r)
  process.exit(11)
})
Promise.reject('r1')
Promise.reject('r2')
setTimeout(() => console.log('never'), 1)
process.on('exit', (c) => console.log('exit', c))
