// Oracle fixture: ticks, jobs, immediates, timers and what they start.
/* oxlint-disable */
const say = (label) => () => console.log(label)
setTimeout(say('timer 1'), 1)
setTimeout(say('timer 1 again'), 1)
setTimeout(() => {
  console.log('timer 0 as 1')
  process.nextTick(say('tick of timer'))
  queueMicrotask(say('job of timer'))
  Promise.resolve()
    .then(say('reaction of timer'))
    .then(() => process.nextTick(say('tick of reaction')))
}, 0)
setTimeout(say('timer 1 last'), 1)
process.nextTick(() => {
  console.log('tick 1')
  process.nextTick(say('tick in tick'))
  queueMicrotask(say('job in tick'))
})
process.nextTick(say('tick 2'))
queueMicrotask(() => {
  console.log('job 1')
  queueMicrotask(say('job in job'))
  process.nextTick(say('tick in job'))
})
Promise.resolve().then(say('reaction 1')).finally(say('finally')).then(say('after finally'))
;(async () => {
  console.log('async starts')
  await null
  console.log('await null')
  await { then: (resolve) => (console.log('thenable asked'), resolve()) }
  console.log('await thenable')
  for await (const n of [1, Promise.resolve(2)]) console.log(`for await ${n}`)
  return (async () => 'inner')()
})().then(say('async done'))
const returned = Promise.resolve().then(() => Promise.resolve('wrapped'))
returned.then(say('returned promise, two jobs late'))
setTimeout(() => {
  setImmediate(() => {
    console.log('immediate 1')
    setImmediate(() => {
      console.log('immediate in immediate')
      setTimeout(say('timer of immediate'), 1)
    })
    process.nextTick(say('tick of immediate'))
  })
  setImmediate(say('immediate 2'))
}, 20)
new Promise((resolve) => (console.log('executor'), resolve(), console.log('executor goes on'))).then(say('executor reaction'))
const gone = setTimeout(say('never'), 1)
queueMicrotask(() => clearTimeout(gone))
console.log('sync end')
