// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('uncaughtExceptionMonitor', (e, o) => console.log('monitor', e.code, o, e.message.slice(0, 40)))
process.on('exit', (c) => console.log('exit', c, process.exitCode))
Promise.reject('just text')
