// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  URL.canParse('http://a'),
  URL.canParse('a'),
  URL.canParse('a', 'http://b'),
  URL.canParse('a', 'b'),
  URL.canParse('http://a', undefined),
)
console.log(URL.parse('a'), URL.parse('a', 'http://b').href, URL.parse('http://a') instanceof URL)
for (const f of [
  () => new URL(),
  () => URL.canParse(),
  () => URL.parse(),
  () => URL.prototype.href,
  () => URL.prototype.toString.call({}),
  () =>
    new URL({
      toString() {
        throw new RangeError('mine')
      },
    }),
])
  try {
    console.log(f())
  } catch (e) {
    console.log(e.name, e.code, e.message)
  }
console.log(
  new URL({ toString: () => 'http://obj/' }).href,
  new URL('x', { toString: () => 'http://obj/' }).href,
  new URL('http://a', undefined).href,
)
