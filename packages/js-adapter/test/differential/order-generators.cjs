// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
async function* gen() {
  try {
    console.log('g start')
    yield 1
    console.log('g between')
    yield Promise.resolve(2)
    return 3
  } finally {
    console.log('g finally')
  }
}
;(async () => {
  for await (const v of gen()) console.log('v', v)
  const g = gen()
  console.log(await g.next())
  console.log(await g.return('early'))
  console.log(await g.next())
  const h = gen()
  console.log(await Promise.all([h.next(), h.next(), h.next(), h.next()]))
})()
