// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
setTimeout(() => {
  console.log('a')
  process.nextTick(() => console.log('a tick'))
  Promise.resolve().then(() => console.log('a job'))
}, 5)
setTimeout(() => console.log('b'), 5)
setTimeout(() => {
  console.log('c')
  setTimeout(() => console.log('d'), 1)
  setImmediate(() => console.log('i'))
}, 20)
