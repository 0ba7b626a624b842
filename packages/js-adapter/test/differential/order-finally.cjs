// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const log = (n) => (v) => {
  console.log(n, v)
  return 'ignored'
}
Promise.resolve('v').finally(log('f')).then(log('t'))
Promise.reject('r').finally(log('f2')).catch(log('c'))
Promise.resolve(1)
  .finally(() => Promise.reject('from finally'))
  .catch(log('c2'))
Promise.resolve(2)
  .finally(() => new Promise((r) => setTimeout(r, 2)))
  .then(log('late'))
