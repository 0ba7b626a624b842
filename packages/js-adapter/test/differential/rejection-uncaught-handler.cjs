// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('uncaughtException', (e, o) => console.log('uncaught', e.name, e.message.slice(-40), o))
Promise.reject(new TypeError('typed'))
Promise.reject(5)
Promise.reject(undefined)
setTimeout(() => console.log('alive'), 1)
