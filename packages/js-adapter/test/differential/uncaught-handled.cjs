// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('uncaughtExceptionMonitor', (e, o) => console.log('monitor', e.message, o))
process.on('uncaughtException', (e, o) => console.log('caught', e.message, o))
setTimeout(() => {
  throw new Error('timer')
}, 600)
setTimeout(() => console.log('goes on'), 640)
queueMicrotask(() => {
  throw new Error('microtask')
})
process.nextTick(() => {
  throw new Error('tick')
})
throw new Error('script')
