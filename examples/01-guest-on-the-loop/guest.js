// Runs inside QuickJS. Node prints the same lines in the same order, up to the two things that only this host does:
// it answers `lookup`, and it stops `runaway`.
console.log('script')
process.nextTick(() => console.log('tick'))
queueMicrotask(() => console.log('microtask'))
Promise.resolve().then(() => console.log('promise'))

const customer = lookup('C-17')
console.log('asked the host:', customer)

customer.then((found) => {
  console.log('the host answered:', found)
  let beats = 0
  const heart = setInterval(() => {
    console.log('beat', ++beats)
    if (beats === 1) {
      setTimeout(function runaway() {
        console.log('runaway begins, and never ends by itself')
        while (true) {}
      }, 5)
    }
    if (beats === 4) {
      clearInterval(heart)
      setTimeout((word) => console.log(word), 10, 'nothing is left to do')
    }
  }, 25)
})
console.log('end of script')
