// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const log = (x) => () => console.log(x)
async function a() {
  console.log('a1')
  await b()
  console.log('a2')
}
async function b() {
  console.log('b1')
  await 0
  console.log('b2')
}
a().then(log('a done'))
Promise.resolve().then(log('p1')).then(log('p2')).then(log('p3')).then(log('p4'))
;(async () => {
  for await (const x of (async function* () {
    yield 1
    yield 2
  })())
    console.log('for await', x)
})()
const thenable = {
  then(r) {
    console.log('then called')
    r('value')
  },
}
Promise.resolve(thenable).then(console.log)
