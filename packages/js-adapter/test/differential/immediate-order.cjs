// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
setImmediate(() => {
  console.log('i1')
  process.nextTick(() => console.log('tick'))
  setImmediate(() => console.log('i3'))
  Promise.resolve().then(() => console.log('job'))
})
const x = setImmediate(() => console.log('never'))
setImmediate(() => console.log('i2', x._destroyed))
clearImmediate(x)
