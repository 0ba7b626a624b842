// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const p = (n) => new Promise((r) => setTimeout(r, n, n))
Promise.all([p(900), p(300), 2]).then((v) => console.log('all', v))
Promise.race([p(900), p(300)]).then((v) => console.log('race', v))
Promise.allSettled([p(450), Promise.reject(1)]).then((v) => console.log(v))
Promise.any([Promise.reject(1), p(600)]).then((v) => console.log('any', v))
Promise.any([Promise.reject(1)]).catch((e) => console.log(e.name, e.errors))
const { promise, resolve } = Promise.withResolvers()
promise.then(console.log)
resolve('w')
Promise.try(() => 5).then((v) => console.log('try', v))
