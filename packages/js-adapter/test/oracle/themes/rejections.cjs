// Oracle fixture: unhandled and late handled rejections.
/* oxlint-disable */
process.on('unhandledRejection', (reason, promise) => console.log(`unhandled: ${text(reason)} ${promise instanceof Promise}`))
process.on('rejectionHandled', (promise) => console.log(`handled: ${promise instanceof Promise}`))
process.on('uncaughtException', (error, origin) => console.log(`uncaught: ${text(error)} ${origin}`))
process.on('uncaughtExceptionMonitor', (error, origin) => console.log(`monitor: ${text(error)} ${origin}`))
Promise.reject(new Error('one'))
Promise.reject('text')
Promise.reject(undefined)
Promise.reject(null)
Promise.reject(Symbol('s'))
const late = Promise.reject('late')
setTimeout(() => late.catch(() => console.log('caught late')), 5)
const inTime = Promise.reject('in time')
queueMicrotask(() => inTime.catch(() => console.log('caught in a job')))
const inTick = Promise.reject('in a tick')
process.nextTick(() => inTick.catch(() => console.log('caught in a tick')))
Promise.reject('chained')
  .then(() => {})
  .finally(() => console.log('finally'))
Promise.all([Promise.reject('all 1'), Promise.reject('all 2')])
Promise.race([Promise.reject('race')]).catch(() => console.log('race caught'))
;(async () => {
  throw new TypeError('async')
})()
;(async function* () {
  throw 'generator'
})().next()
const both = Promise.reject('branches')
both.catch(() => {})
both.then(() => {})
const { promise, reject } = Promise.withResolvers()
promise.catch(() => console.log('resolvers caught'))
reject('resolvers')
new Promise((resolve, no) => {
  no('first')
  no('second')
  throw 'third'
})
new Promise((resolve) => {
  resolve()
  throw 'ignored'
})
setTimeout(() => {
  Promise.reject('from timer')
  process.nextTick(() => console.log('tick of timer'))
}, 10)
setTimeout(() => {
  throw new RangeError('thrown by a timer')
}, 15)
setTimeout(
  () =>
    queueMicrotask(() => {
      throw 'thrown by a job'
    }),
  20,
)
setTimeout(
  () =>
    process.nextTick(() => {
      throw 'thrown by a tick'
    }),
  25,
)
