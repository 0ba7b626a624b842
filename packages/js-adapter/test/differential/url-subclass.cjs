// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
class Mine extends URL {
  get doubled() {
    return this.href + this.href
  }
}
const m = new Mine('http://a/?b=1')
console.log(m.doubled, m instanceof URL, m)
class P extends URLSearchParams {}
console.log(new P('a=1&b=2'), new P().size, Object.prototype.toString.call(new P()))
