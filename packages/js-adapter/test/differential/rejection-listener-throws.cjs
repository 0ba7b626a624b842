// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('unhandledRejection', (r) => {
  throw new Error('from listener ' + r)
})
process.on('uncaughtException', (e, o) => console.log('uncaught', e.message, o))
Promise.reject(1)
Promise.reject(2)
setTimeout(() => console.log('alive'), 1)
