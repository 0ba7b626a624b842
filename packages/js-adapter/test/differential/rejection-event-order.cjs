// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('unhandledRejection', (reason, p) => console.log('unhandled', reason, p instanceof Promise))
process.on('rejectionHandled', (p) => console.log('handled', p instanceof Promise))
const a = Promise.reject('a')
const b = Promise.reject('b')
Promise.reject('c').catch(() => console.log('c caught'))
b.catch(() => {})
process.nextTick(() => console.log('tick'))
setTimeout(() => a.catch((e) => console.log('late', e)), 2)
