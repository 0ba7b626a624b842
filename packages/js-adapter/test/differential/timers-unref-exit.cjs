// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
setTimeout(() => console.log('never'), 1000).unref()
setInterval(() => console.log('never'), 1000).unref()
const i = setImmediate(() => console.log('immediate'))
i.unref()
console.log(i.hasRef(), i.ref().hasRef())
process.on('exit', (code) => console.log('exit', code))
