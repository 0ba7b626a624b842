// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const c = new AbortController()
c.signal.addEventListener('abort', () => console.log('first'))
c.signal.onabort = () => console.log('replaced')
c.signal.addEventListener('abort', () => console.log('third'))
c.signal.onabort = function () {
  console.log('onabort', this === c.signal)
}
console.log(typeof c.signal.onabort)
c.abort()
const d = new AbortController()
d.signal.onabort = () => console.log('never')
d.signal.onabort = null
console.log(d.signal.onabort)
d.signal.onabort = 5
console.log(d.signal.onabort)
d.abort()
