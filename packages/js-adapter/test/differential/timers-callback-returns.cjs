// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
setTimeout(() => Promise.reject(new Error('unhandled')).catch((e) => console.log('caught', e.message)), 1)
setTimeout(async () => {
  await null
  console.log('async timer')
}, 1)
const i = setInterval(async () => {
  clearInterval(i)
  await new Promise((r) => setImmediate(r))
  console.log('async interval')
}, 30)
console.log(typeof setImmediate(() => 5), clearTimeout(undefined), clearImmediate())
