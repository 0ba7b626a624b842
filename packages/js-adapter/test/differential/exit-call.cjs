// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', (c) => {
  console.log('exit', c)
  setTimeout(() => console.log('never'))
  Promise.resolve().then(() => console.log('never'))
})
setTimeout(() => {
  console.log('x')
  process.exit(4)
  console.log('never')
}, 1)
