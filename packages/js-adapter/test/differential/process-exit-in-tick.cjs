// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.nextTick(() => {
  console.log('tick')
  process.exit(2)
})
process.nextTick(() => console.log('never'))
Promise.resolve().then(() => console.log('never'))
process.on('exit', () => {
  process.nextTick(() => console.log('never'))
  console.log('exiting', process._exiting)
})
