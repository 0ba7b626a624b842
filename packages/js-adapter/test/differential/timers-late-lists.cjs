// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const until = Date.now() + 25
setTimeout(() => console.log('a10'), 10)
setTimeout(() => console.log('b10'), 10)
setTimeout(() => console.log('c6'), 6)
setTimeout(() => console.log('d15'), 15)
setTimeout(() => console.log('e6'), 6)
