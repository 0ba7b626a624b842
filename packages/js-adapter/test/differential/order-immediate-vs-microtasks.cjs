// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
setImmediate(() => {
  console.log('i1')
  Promise.resolve().then(() => console.log('i1 job'))
  process.nextTick(() => console.log('i1 tick'))
})
setImmediate(() => {
  console.log('i2')
  process.nextTick(() => {
    console.log('i2 tick')
    process.nextTick(() => console.log('i2 tick tick'))
  })
  queueMicrotask(() => console.log('i2 micro'))
})
setImmediate(() => console.log('i3'))
