// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const text of [
  'a',
  '=',
  '=a',
  'a=',
  '&&',
  'a+b=c+d',
  '%41=%42',
  'a=%',
  'a=%zz',
  'a=%F0%9F%98%80',
  'a=%ff',
  '\u00e4=\u00f6',
  '\ud800',
  'a=b=c',
  '\ufeffa=1',
  '%EF%BB%BFx',
  'a;b',
  'a\0b',
  'a=%E4%B8',
  'a=%c3%28',
  '%2525',
]) {
  const p = new URLSearchParams(text)
  console.log(JSON.stringify([...p]), p.toString(), p.size)
}
