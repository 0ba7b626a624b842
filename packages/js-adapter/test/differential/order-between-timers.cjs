// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
setTimeout(() => {
  console.log('timer 1')
  Promise.resolve().then(() => console.log('job 1'))
  process.nextTick(() => console.log('tick 1'))
}, 1)
setTimeout(() => {
  console.log('timer 2')
  queueMicrotask(() => console.log('micro 2'))
}, 1)
