// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.exitCode = 9
process.on('uncaughtException', (e) => {
  console.log('caught', e.message, process.exitCode)
})
setTimeout(() => {
  throw new Error('x')
}, 1)
process.on('exit', (c) => console.log(c))
