// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(new URL('https://u:p@h.com:8080/p/a?q=1&r=2#f'))
console.log([new URL('http://a/')], { a: { b: { c: new URL('http://a/') } } }, { a: { b: new URL('http://a/') } })
console.log(new URLSearchParams('a=1&b=2'), new URLSearchParams(), [new URLSearchParams('a=1')], new URLSearchParams("it's=%0A"))
console.log(
  new URLSearchParams('a=1&b=2').keys(),
  new URLSearchParams('a=1&b=2').values(),
  new URLSearchParams('a=1&b=2').entries(),
  new URLSearchParams().keys(),
)
const it = new URLSearchParams('a=1&b=2').entries()
it.next()
console.log(it, it.next(), it.next(), it.next())
console.log(
  new URLSearchParams(
    'aaaaaaaaaaaaaaaaaaaaaaaaaaa=bbbbbbbbbbbbbbbbbbbbbbbbbbbbb&cccccccccccccccccccccc=ddddddddddddddddddddddd&e=f',
  ),
)
console.log('%s %o %j', new URL('http://a/'), 1, new URL('http://b/'))
