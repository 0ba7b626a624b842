// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const log = (name) => console.log(name)
class Thenable {
  then(resolve) {
    log('then')
    resolve('v')
  }
}
;(async () => {
  log('start')
  log(await new Thenable())
  log(await { then: (r) => r('plain') })
  log(await 5)
})()
Promise.resolve()
  .then(() => log('p1'))
  .then(() => log('p2'))
  .then(() => log('p3'))
  .then(() => log('p4'))
  .then(() => log('p5'))
  .then(() => log('p6'))
