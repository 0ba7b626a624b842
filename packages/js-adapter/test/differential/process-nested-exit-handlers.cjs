// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', (code) => {
  console.log('exit', code)
  process.on('exit', () => console.log('added too late'))
  process.emit('custom', 1)
})
process.on('custom', (x) => console.log('custom', x))
process.once('exit', () => console.log('once'))
process.on('beforeExit', () => console.log('beforeExit'))
