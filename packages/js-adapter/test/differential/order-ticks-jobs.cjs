// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log('script')
setTimeout(() => console.log('timeout'), 20)
setImmediate(() => console.log('immediate'))
process.nextTick(() => {
  console.log('tick')
  Promise.resolve().then(() => console.log('job of tick'))
  process.nextTick(() => console.log('tick of tick'))
})
Promise.resolve().then(() => {
  console.log('job')
  process.nextTick(() => console.log('tick of job'))
  queueMicrotask(() => console.log('microtask of job'))
})
queueMicrotask(() => console.log('microtask'))
;(async () => {
  console.log('async start')
  await null
  console.log('async end')
})()
