// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('unhandledRejection', (r) => console.log('unhandled', r))
process.on('rejectionHandled', () => console.log('handled'))
const list = [1, 2, 3].map((n) => Promise.reject(n))
setTimeout(() => {
  for (const p of list) p.catch(() => {})
  const again = Promise.reject(4)
  again.catch(() => console.log('in time'))
}, 5)
