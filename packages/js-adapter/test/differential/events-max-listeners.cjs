// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('warning', (w) => console.log(w.name, w.message, w.count, w.type, Object.keys(w).join()))
for (let i = 0; i < 12; i++) process.on('foo', () => {})
process.setMaxListeners(2)
for (let i = 0; i < 3; i++) process.on('bar', () => {})
console.log(process.getMaxListeners())
process.setMaxListeners(0)
for (let i = 0; i < 3; i++) process.on('baz', () => {})
const t = new EventTarget()
for (let i = 0; i < 12; i++) t.addEventListener('foo', () => {})
for (let i = 0; i < 12; i++) new AbortController().signal.addEventListener('abort', () => {})
const c = new AbortController()
for (let i = 0; i < 12; i++) c.signal.addEventListener('abort', () => {})
