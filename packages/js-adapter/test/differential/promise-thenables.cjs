// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const p = Promise.resolve({
  then(resolve, reject) {
    resolve({ then: (r) => r('deep') })
    reject('ignored')
    throw new Error('ignored')
  },
})
p.then((v) => console.log(v))
Promise.resolve({ then: 5 }).then((v) => console.log(v))
Promise.resolve({
  get then() {
    throw 'getter'
  },
}).catch((e) => console.log(e))
const self = new Promise((r) => setTimeout(() => r(self), 1))
self.catch((e) => console.log(e.name))
class Sub extends Promise {}
console.log(Sub.resolve(1) instanceof Sub, Sub.resolve(1).then(() => {}) instanceof Sub, new Sub(() => {}))
