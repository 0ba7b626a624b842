// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', () => {
  console.log('first')
  throw new Error('in exit')
})
process.on('exit', () => console.log('never'))
