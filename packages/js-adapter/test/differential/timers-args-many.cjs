// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
setTimeout((...a) => console.log(a.length, a.join()), 1, 1, 2, 3, 4, 5, 6, 7, 8)
setTimeout((a) => console.log(a), 1, undefined)
setTimeout((...a) => console.log(a.length), 1)
setTimeout(() => setImmediate((...a) => console.log(a.length, a.join()), 1, 2, 3, 4, 5, 6), 50)
process.nextTick((...a) => console.log(a.length, a.join()), 1, 2, 3, 4, 5, 6)
