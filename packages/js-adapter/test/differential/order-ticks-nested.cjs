// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.nextTick(() => {
  console.log('t1')
  process.nextTick(() => console.log('t1.1'))
  Promise.resolve().then(() => {
    console.log('p in t1')
    process.nextTick(() => console.log('t in p in t1'))
    Promise.resolve().then(() => console.log('p in p in t1'))
  })
})
process.nextTick(() => console.log('t2'))
queueMicrotask(() => {
  console.log('m1')
  queueMicrotask(() => console.log('m1.1'))
  process.nextTick(() => console.log('t in m1'))
})
