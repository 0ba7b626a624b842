// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', (c) => {
  console.log('exit', c, process.exitCode)
  process.exitCode = 7
})
process.exitCode = 3
