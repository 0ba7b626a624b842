// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  'plain',
  "it's",
  ["it's"],
  ['say "hi"'],
  ['it\'s "both"'],
  ['`${x}` \' "'],
  ['a\nb\tc\\d\0e\x1b\x7f\x9f'],
  ['\u00e4\u20ac\u{1f600}'],
  ['\ud800', '\udc00x'],
)
console.log([''], ['a'.repeat(200)], { k: 'x'.repeat(100) })
console.log(['line one is rather long, so that it breaks\nline two\nline three'], { text: 'short\nlines' })
console.log({ text: 'a first line that is long enough to be broken\nand a second line that is long as well\n' })
console.log(
  ['x'.repeat(10001)].toString().length,
  ['y'.repeat(9999) + 'zz'].map((x) => x.length),
)
