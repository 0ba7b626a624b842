// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
;(async () => {
  console.log(await Promise.allSettled([1, Promise.reject(2), Promise.resolve(3)]))
  console.log(await Promise.any([Promise.reject(1), 2]))
  try {
    await Promise.any([Promise.reject(1), Promise.reject(2)])
  } catch (e) {
    console.log(e.name, e.errors, e.constructor === AggregateError)
  }
  console.log(await Promise.all([]), await Promise.allSettled([]))
  const { promise, resolve } = Promise.withResolvers()
  resolve('w')
  console.log(await promise)
  console.log(
    await Promise.try((a) => a + 1, 1),
    await Promise.try(() => {
      throw 'thrown'
    }).catch((e) => e),
  )
  console.log(await Promise.race([new Promise(() => {}), 'first']))
})()
