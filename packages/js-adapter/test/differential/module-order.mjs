// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.nextTick(() => console.log('tick'))
Promise.resolve().then(() => console.log('job'))
console.log('module')
await null
console.log('after await')
process.nextTick(() => console.log('tick 2'))
queueMicrotask(() => console.log('microtask'))
export {}
