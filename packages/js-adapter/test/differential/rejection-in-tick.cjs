// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('unhandledRejection', (r) => console.log('unhandled', r))
process.nextTick(() => {
  Promise.reject('from tick')
  process.nextTick(() => console.log('tick 2'))
})
queueMicrotask(() => {
  const p = Promise.reject('saved')
  queueMicrotask(() => p.catch(() => console.log('saved in time')))
})
Promise.resolve().then(() => {
  throw 'thrown in then'
})
