// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const text of ['', 'a', 'ab', 'abc', 'abcd', '\xff\xfe', '\0', 'a\nb', 'hello world!'])
  console.log(btoa(text), JSON.stringify(atob(btoa(text))))
for (const text of [
  'YQ==',
  'YQ=',
  'YQ',
  'Y',
  'YWI',
  ' Y W I = ',
  'Y\tW\nI\f=\r',
  'YQ===',
  '=',
  '====',
  'YQ==YQ',
  'a-b_',
  'ab\u00e4',
  'YR',
  'YWJj',
  '',
  ' ',
  'AAAA=',
  'A===',
  null,
  undefined,
  1234,
  true,
])
  try {
    console.log(JSON.stringify(text), JSON.stringify(atob(text)))
  } catch (e) {
    console.log(JSON.stringify(text), e.name, e.code, e.message, e instanceof DOMException)
  }
for (const f of [
  () => btoa('\u0100'),
  () => btoa(),
  () => atob(),
  () => btoa(Symbol()),
  () => btoa({ toString: () => 'obj' }),
  () => btoa(null),
  () => btoa([1, 2]),
])
  try {
    console.log(f())
  } catch (e) {
    console.log(e.name, e.code, e.code ? e.message : '')
  }
