// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.nextTick(() => console.log('tick 1'))
Promise.resolve().then(() => console.log('job 1'))
queueMicrotask(() => console.log('micro 1'))
setImmediate(() => console.log('immediate'))
await Promise.resolve()
console.log('after first await')
process.nextTick(() => console.log('tick 2'))
await new Promise((r) => setTimeout(r, 5))
console.log('after timer')
process.nextTick(() => console.log('tick 3'))
Promise.resolve().then(() => console.log('job 3'))
