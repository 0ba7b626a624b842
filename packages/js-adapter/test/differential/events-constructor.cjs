// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const f of [
  () => new Event(),
  () => new Event('x', 5),
  () => new Event('x', null).type,
  () => new Event(undefined).type,
  () => new Event(null).type,
  () => new Event({ toString: () => 'obj' }).type,
  () => new CustomEvent(),
  () => new CustomEvent('x', { detail: 0 }).detail,
  () => new CustomEvent('x').detail,
  () => new CustomEvent('x', { detail: undefined }).detail,
  () => new CustomEvent('x', 5),
  () => Event('x'),
  () => Event.prototype.type,
])
  try {
    console.log(f())
  } catch (e) {
    console.log(e.name, e.code, e.code ? e.message : '')
  }
const e = new Event('t', { bubbles: 1, cancelable: 'yes', composed: {} })
console.log(
  e.bubbles,
  e.cancelable,
  e.composed,
  e.type,
  e.target,
  e.currentTarget,
  e.srcElement,
  e.eventPhase,
  e.defaultPrevented,
  e.returnValue,
  e.cancelBubble,
  e.isTrusted,
  e.composedPath(),
  typeof e.timeStamp,
)
console.log(
  Event.NONE,
  Event.CAPTURING_PHASE,
  Event.AT_TARGET,
  Event.BUBBLING_PHASE,
  Object.prototype.toString.call(e),
  e instanceof Event,
)
