// Guest source: what the host asks of guest objects, one function for all of it.

export const reflection: string = String.raw`
const hostErrorIds = new $WeakMap()
const reflect = (op, a, b, c) => {
  switch (op) {
    case 0: return a[b]
    case 1: return apply(setProperty, undefined, [a, b, c])
    case 2: return deleteProperty(a, b)
    case 3: return hasProperty(a, b)
    case 4: return jsonStringify(objectKeys(a))
    case 5: return jsonStringify(getOwnPropertyNames(a))
    case 6: return getPrototypeOf(a)
    case 7: return setPrototype(a, b)
    case 8: return isExtensibleOf(a)
    case 9: return isArray(a)
    case 10: return typeof a
    case 11: return stringSlice(objectToString(a), 8, -1)
    case 12: return construct(a, b)
    case 13: return a === b
    case 14: return $Number(a)
    case 15: return $String(a)
    case 16: return !!a
    case 17: return a instanceof b
    case 18: return isConstructorOf(a)
    case 19: return apply(a, b, c)
    case 20: return b === undefined ? {} : objectCreate(b)
    case 21: { const list = []; for (let i = 0; i < b.length; i++) define(list, i, b[i], true); return list }
    case 22: return resolversOf()
    case 23: return a == b
    case 24: return objectIs(a, b)
    case 25: { const at = a[$Symbol.iterator](); return { __proto__: null, at, next: at.next } }
    case 26: { const step = apply(b, a, []); return step.done ? takeDone : step }
    case 27: { const back = a.return; if (back !== undefined && back !== null) apply(back, a, []); return undefined }
    case 28: return a.value
    case 29: return a === takeDone
    case 30: return defineProperty(a, b, c)
    case 31: return $Symbol(b)
  }
  return undefined
}
const takeDone = freeze({ __proto__: null })
const { set: setProperty, deleteProperty, setPrototypeOf: setPrototype, isExtensible: isExtensibleOf } = Reflect
const isConstructorOf = (value) => { if (typeof value !== 'function') return false; try { construct($Object, [], value); return true } catch { return false } }
const resolversOf = () => { let resolve, reject; const promise = new $Promise((a, b) => { resolve = a; reject = b }); return [promise, resolve, reject] }
`
