// Oracle fixture: Event, CustomEvent and EventTarget.
/* oxlint-disable */
const event = new Event('kind', { bubbles: true, cancelable: true, composed: true })
for (const key of [
  'type',
  'bubbles',
  'cancelable',
  'composed',
  'defaultPrevented',
  'eventPhase',
  'isTrusted',
  'target',
  'currentTarget',
  'srcElement',
  'returnValue',
  'cancelBubble',
])
  show(key, () => event[key])
show('timeStamp', () => typeof event.timeStamp)
show('path', () => event.composedPath())
show('phases', () => [Event.NONE, Event.CAPTURING_PHASE, Event.AT_TARGET, Event.BUBBLING_PHASE, event.AT_TARGET])
show('no type', () => new Event())
for (const type of [undefined, null, 1, true, {}]) show(`type ${text(type)}`, () => new Event(type).type)
show('symbol type', () => new Event(Symbol('s')))
for (const init of [null, undefined, () => {}]) show(`init ${text(init)}`, () => new Event('a', init).bubbles)
for (const init of [1, 'x', true]) show(`init ${text(init)}`, () => new Event('a', init))
show('detail', () => [
  new CustomEvent('a').detail,
  new CustomEvent('a', { detail: 0 }).detail,
  new CustomEvent('a', { detail: undefined }).detail,
])
const target = new EventTarget()
const heard = []
const object = {
  handleEvent(e) {
    heard.push(`object ${this === object} ${e.eventPhase}`)
  },
}
target.addEventListener('a', object)
target.addEventListener('a', object)
target.addEventListener('a', object, true)
target.addEventListener(
  'a',
  function (e) {
    heard.push(`once ${this === target} ${e.currentTarget === target}`)
  },
  { once: true },
)
target.addEventListener(
  'a',
  (e) => {
    e.preventDefault()
    heard.push(`passive ${e.defaultPrevented}`)
  },
  { passive: true },
)
show('dispatch', () => target.dispatchEvent(new Event('a', { cancelable: true })))
show('heard', () => heard.splice(0))
target.addEventListener('a', (e) => {
  e.preventDefault()
  e.stopImmediatePropagation()
})
target.addEventListener('a', () => heard.push('never'))
show('prevented', () => target.dispatchEvent(new Event('a', { cancelable: true })))
show('not cancelable', () => target.dispatchEvent(new Event('a')))
target.removeEventListener('a', object)
heard.length = 0
target.dispatchEvent(new Event('a'))
show('removed', () => heard)
const used = new Event('b')
target.addEventListener('b', () => show('again while dispatched', () => target.dispatchEvent(used)), { once: true })
target.dispatchEvent(used)
show('after', () => [used.target === target, used.currentTarget, used.eventPhase, target.dispatchEvent(used)])
for (const bad of [undefined, null, {}, 'a', 1]) show(`dispatch ${text(bad)}`, () => target.dispatchEvent(bad))
for (const bad of [1, 'x', true, Symbol('s')]) show(`listener ${text(bad)}`, () => target.addEventListener('c', bad))
show('listener null', () => target.addEventListener('c', null))
show('few arguments', () => target.addEventListener('c'))
const aborted = new AbortController()
target.addEventListener('d', () => heard.push('aborted'), { signal: aborted.signal })
aborted.abort()
target.dispatchEvent(new Event('d'))
show('signal', () => heard)
show('bad signal', () => target.addEventListener('d', () => {}, { signal: {} }))
process.on('uncaughtException', (e, origin) => console.log(`uncaught: ${e.message} ${origin}`))
target.addEventListener('e', () => {
  throw new Error('listener')
})
target.addEventListener('e', () => console.log('other listener'))
show('throwing', () => target.dispatchEvent(new Event('e')))
