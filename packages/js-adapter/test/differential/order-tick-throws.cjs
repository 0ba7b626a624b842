// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('uncaughtException', (e) => console.log('uncaught', e.message))
process.nextTick(() => console.log('t1'))
process.nextTick(() => {
  throw new Error('t2')
})
process.nextTick(() => console.log('t3'))
Promise.resolve().then(() => console.log('p1'))
setImmediate(() => console.log('immediate'))
