// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const out = []
const note = (x) => out.push(x)
setTimeout(() => {
  note('A')
  process.nextTick(() => {
    note('A tick')
    queueMicrotask(() => {
      note('A tick micro')
      process.nextTick(() => note('A tick micro tick'))
    })
  })
  queueMicrotask(() => note('A micro'))
  setTimeout(() => note('A later'), 0)
}, 2)
setTimeout(() => {
  note('B')
  Promise.reject(new Error('caught'))
    .catch(() => note('B catch'))
    .finally(() => note('B finally'))
}, 2)
setTimeout(() => console.log(out.join(', ')), 80)
