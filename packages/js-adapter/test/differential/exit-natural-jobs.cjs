// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', () => {
  Promise.resolve().then(() => console.log('job'))
  queueMicrotask(() => console.log('microtask'))
  process.nextTick(() => console.log('never'))
  setImmediate(() => console.log('never'))
})
