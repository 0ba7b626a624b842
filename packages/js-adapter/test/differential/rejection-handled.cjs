// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('unhandledRejection', (r, p) => {
  console.log('unhandled', r.message, p === x)
  setTimeout(() => p.catch(() => console.log('late')), 1)
})
process.on('rejectionHandled', (p) => console.log('handled', p === x))
const x = Promise.reject(new Error('r'))
Promise.reject(new Error('q')).catch(() => {})
