// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.once('uncaughtException', (e) => console.log('once', e.message))
setTimeout(() => {
  throw new Error('one')
}, 1)
setTimeout(() => {
  throw new Error('two')
}, 5)
setTimeout(() => console.log('never'), 20)
process.on('exit', (c) => console.log('exit', c))
