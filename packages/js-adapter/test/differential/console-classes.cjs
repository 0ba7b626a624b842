// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
class A {
  x = 1
  #private = 2
  get g() {
    return 3
  }
}
class B extends A {
  y = [this.x]
}
console.log(new A(), new B(), [new A()], A, B, class {}, class extends A {}, class C extends null {})
console.log(
  new (class {})(),
  new (class extends Array {})(1, 2, 3),
  new (class M extends Map {})([[1, 2]]),
  new (class S extends Set {})([1]),
  new (class P extends Promise {})(() => {}),
)
function Old() {
  this.a = 1
}
console.log(
  new Old(),
  Object.create(new Old()),
  Object.create(A.prototype),
  Object.create(Object.create(null)),
  A.prototype,
  Old.prototype,
  B.prototype,
)
const o = new A()
Object.setPrototypeOf(o, null)
console.log(
  Object.setPrototypeOf([1], null),
  Object.setPrototypeOf(new Map([[1, 2]]), null),
  Object.setPrototypeOf(new Date(0), null),
  Object.setPrototypeOf(/x/, null),
  Object.setPrototypeOf(() => {}, null),
)
