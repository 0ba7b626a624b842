// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', (c) => {
  console.log('exit', c, process.exitCode)
  process.exitCode = 3
  queueMicrotask(() => console.log('microtask'))
  process.nextTick(() => console.log('never'))
  setImmediate(() => console.log('never'))
  setTimeout(() => console.log('never'), 0)
})
