// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
;(async () => {
  for await (const x of [Promise.resolve('a'), 'b', new Promise((r) => setTimeout(r, 2, 'c'))]) console.log(x)
  try {
    for await (const x of [Promise.reject(new Error('no'))]) console.log(x)
  } catch (e) {
    console.log(e.message)
  }
})()
