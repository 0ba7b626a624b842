// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const props = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash']
for (const text of [
  'http://a',
  'HTTP://A:80/',
  'https://a:443/x',
  'http:a',
  'http:/a/b',
  'http:\\\\a\\b',
  'ws://a:80',
  'wss://a:443',
  'ftp://a:21/x;y',
  'http://u:p@h:81/p?q#f',
  'http://u:p:q@h',
  'http://u@@h',
  'http://a/?',
  'http://a/#',
  'http://a/?#',
  'http://a?b#c?d',
  'http://a#b?c#d',
  '  http://a  ',
  '\thttp\n://a/\rb',
]) {
  const url = new URL(text)
  console.log(JSON.stringify(text), props.map((name) => url[name]).join(' ~ '))
}
