// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('unhandledRejection', (r, p) => {
  console.log('unhandled', r)
  p.catch(() => console.log('caught by listener'))
  if (r === 1) Promise.reject(2)
})
process.on('rejectionHandled', () => console.log('rejectionHandled'))
Promise.reject(1)
