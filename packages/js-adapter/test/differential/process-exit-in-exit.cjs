// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', (c) => {
  console.log('first', c)
  process.exitCode = 9
})
process.on('exit', (c) => {
  console.log('second', c, process.exitCode)
  process.exit()
})
process.on('exit', () => console.log('third'))
process.exit(3)
