// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', (c) => console.log('exit', c))
Promise.resolve()
  .then(() => {
    try {
      process.exit(6)
    } finally {
      console.log('never')
    }
  })
  .then(() => console.log('never'))
