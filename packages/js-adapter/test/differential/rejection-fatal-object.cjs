// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', (c) => console.log('exit', c))
setTimeout(() => console.log('never'), 1)
Promise.reject({ a: 1 })
process.nextTick(() => console.log('tick'))
