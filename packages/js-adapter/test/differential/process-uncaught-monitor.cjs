// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('uncaughtExceptionMonitor', (e, o) => console.log('monitor', e.message, o))
process.on('exit', (c) => console.log('exit', c))
setTimeout(() => console.log('never'), 1)
throw new Error('fatal')
