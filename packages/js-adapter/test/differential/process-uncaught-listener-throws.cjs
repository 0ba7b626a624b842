// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('uncaughtException', (e) => {
  console.log('caught', e.message)
  throw new Error('second')
})
process.on('exit', (c) => console.log('exit', c))
throw new Error('first')
