// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
let n = 0
const out = []
const again = (name, left) => () => {
  out.push(name + left)
  if (left > 0) queueMicrotask(again(name, left - 1))
}
queueMicrotask(again('a', 3))
process.nextTick(again('t', 2))
Promise.resolve().then(again('p', 3))
setImmediate(() => console.log(out.join(' ')))
