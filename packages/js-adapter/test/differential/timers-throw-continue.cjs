// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('uncaughtException', (e, origin) => console.log('caught', e, origin))
setTimeout(() => {
  throw 'a string'
}, 1)
setTimeout(() => {
  console.log('second')
  throw null
}, 1)
setTimeout(() => console.log('third'), 1)
setTimeout(() => {
  setImmediate(() => {
    throw undefined
  })
  setImmediate(() => console.log('second immediate'))
}, 50)
