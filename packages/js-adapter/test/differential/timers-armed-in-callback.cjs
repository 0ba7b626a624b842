// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
setTimeout(() => {
  console.log(1)
  setTimeout(() => console.log('nested 0'), 0)
  setTimeout(() => console.log('nested 1'), 1)
  process.nextTick(() => console.log('tick'))
}, 1)
setTimeout(() => console.log(2), 1)
