// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', (c) => console.log('exit', c))
Promise.reject(new RangeError('nobody'))
setTimeout(() => console.log('never'), 5)
