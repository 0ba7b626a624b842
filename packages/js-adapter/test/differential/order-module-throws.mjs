// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', (c) => console.log('exit', c))
process.on('uncaughtException', (e, o) => console.log('uncaught', e.message, o))
setTimeout(() => console.log('timer'), 1)
await 0
throw new Error('top')
