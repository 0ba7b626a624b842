// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = new EventTarget()
t.addEventListener(5, () => console.log('five'))
t.addEventListener(null, () => console.log('null'))
t.addEventListener(undefined, () => console.log('undefined'))
t.addEventListener('', () => console.log('empty'))
t.addEventListener('__proto__', () => console.log('proto'))
t.addEventListener('constructor', () => console.log('constructor'))
for (const type of ['5', 'null', 'undefined', '', '__proto__', 'constructor', 'toString']) t.dispatchEvent(new Event(type))
