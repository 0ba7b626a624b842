// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const log = (x) => console.log(x)
setTimeout(() => {
  log('timer')
  process.nextTick(() => log('tick after timer'))
  Promise.resolve()
    .then(() => log('job after timer'))
    .then(() =>
      setImmediate(() => {
        log('immediate')
        process.nextTick(() => log('tick after immediate'))
        queueMicrotask(() => log('microtask after immediate'))
      }),
    )
}, 5)
process.nextTick(log, 'tick')
queueMicrotask(() => log('microtask'))
Promise.resolve('job').then(log)
process.on('beforeExit', () => log('beforeExit'))
process.on('exit', () => log('exit'))
log('sync')
