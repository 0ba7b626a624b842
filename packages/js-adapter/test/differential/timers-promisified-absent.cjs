// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
;(async () => {
  const wait = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value))
  console.log(await wait(1, 'one'))
  console.log(await Promise.race([wait(20, 'slow'), wait(2, 'fast')]))
  console.log(await Promise.all([wait(3, 'x'), wait(1, 'y')]))
  console.log(await Promise.any([wait(2, 'z').then(() => Promise.reject(1)), wait(4, 'ok')]))
})()
