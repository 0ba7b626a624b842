// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('beforeExit', () => {
  process.exitCode = 12
})
process.on('exit', (c) => {
  console.log(c)
  setTimeout(() => console.log('never'))
  Promise.resolve().then(() => console.log('job after exit'))
})
