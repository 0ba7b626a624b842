// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('warning', (w) => console.log(w.name, '|', w.message, '|', w.code))
setTimeout(() => {}, 2 ** 31)
setTimeout(() => {}, 3e9)
setInterval(() => {}, Infinity).unref()
setTimeout(() => {}, -5)
setTimeout(() => {}, -6)
setTimeout(() => {}, NaN)
setTimeout(() => {}, 'x')
console.log('sync')
