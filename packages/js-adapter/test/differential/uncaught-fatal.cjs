// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', (c) => console.log('exit', c))
setTimeout(() => console.log('never'), 5)
setTimeout(() => {
  throw new TypeError('fatal')
}, 1)
