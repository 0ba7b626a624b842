// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
let n = 0
const step = () => {
  console.log('immediate', ++n)
  if (n < 4) {
    setImmediate(step)
    process.nextTick(() => console.log('tick', n))
    Promise.resolve().then(() => console.log('job', n))
  }
}
setImmediate(step)
setImmediate(() => console.log('same turn'))
