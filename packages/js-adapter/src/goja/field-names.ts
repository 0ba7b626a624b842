// How members of live host objects are called in the guest.

/** `undefined` hides a member. Results must not depend on the member's value. */
export interface FieldNameMapper {
  fieldName(target: object, key: string): string | undefined
  methodName(target: object, key: string): string | undefined
  /** Accessors of classes are visible only by this name. */
  accessorName?(target: object, key: string): string | undefined
}

function uncapitalise(key: string): string {
  return key === '' ? key : key.charAt(0).toLowerCase() + key.slice(1)
}

/** Fields and methods with their first letter in lower case. */
export function uncapFieldNameMapper(): FieldNameMapper {
  return { fieldName: (_target, key) => uncapitalise(key), methodName: (_target, key) => uncapitalise(key) }
}

/**
 * Names from a static member of the class: `static [key] = { field: 'name' }`. A field or accessor without a tag is hidden; methods keep
 * their names, or get them uncapitalised.
 */
export function tagFieldNameMapper(
  key: string | symbol,
  { uncapMethods = false }: { readonly uncapMethods?: boolean | undefined } = {},
): FieldNameMapper {
  const tagged = (target: object, member: string): string | undefined => {
    const owner: unknown = target.constructor
    const tags: unknown = typeof owner === 'function' ? Reflect.get(owner, key) : undefined
    if (typeof tags !== 'object' || tags === null || !Object.hasOwn(tags, member)) return undefined
    const name: unknown = Reflect.get(tags, member)
    return typeof name === 'string' ? name : undefined
  }
  return {
    fieldName: tagged,
    accessorName: tagged,
    methodName: (target, member) => tagged(target, member) ?? (uncapMethods ? uncapitalise(member) : member),
  }
}

export type MemberKind = 'field' | 'method' | 'accessor'
export interface Member {
  readonly kind: MemberKind
  readonly key: string
}

const HIDDEN: ReadonlySet<string> = new Set(['constructor', '__proto__'])

function* ownMembers(target: object): Generator<Member> {
  for (const key of Object.keys(target)) {
    const found = Object.getOwnPropertyDescriptor(target, key)
    if (found !== undefined && !HIDDEN.has(key)) yield { kind: 'value' in found ? 'field' : 'accessor', key }
  }
}
function* inheritedMembers(target: object): Generator<Member> {
  let prototype: unknown = Object.getPrototypeOf(target)
  while (typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype) {
    for (const key of Object.getOwnPropertyNames(prototype)) {
      const found = Object.getOwnPropertyDescriptor(prototype, key)
      if (found === undefined || HIDDEN.has(key)) continue
      if (typeof found.value === 'function') yield { kind: 'method', key }
      else if (!('value' in found)) yield { kind: 'accessor', key }
    }
    prototype = Object.getPrototypeOf(prototype)
  }
}

function nameOf(mapper: FieldNameMapper | undefined, target: object, { kind, key }: Member): string | undefined {
  switch (kind) {
    case 'field':
      return mapper === undefined ? key : mapper.fieldName(target, key)
    case 'method':
      return mapper === undefined ? key : mapper.methodName(target, key)
    case 'accessor':
      return mapper?.accessorName?.(target, key)
    default:
      return kind satisfies never
  }
}

/** The members of a live object by the names that the guest knows; the first of a name wins, fields before methods. */
export function visibleMembers(target: object, mapper: FieldNameMapper | undefined): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>()
  for (const walk of [ownMembers(target), inheritedMembers(target)]) {
    for (const member of walk) {
      const name = nameOf(mapper, target, member)
      if (name !== undefined && !HIDDEN.has(name) && !members.has(name)) members.set(name, member)
    }
  }
  return members
}

/** The member behind a name. Without a mapper it is looked up directly. */
export function findMember(target: object, mapper: FieldNameMapper | undefined, name: string): Member | undefined {
  if (mapper !== undefined) return visibleMembers(target, mapper).get(name)
  if (HIDDEN.has(name)) return undefined
  const own = Object.getOwnPropertyDescriptor(target, name)
  if (own !== undefined) return own.enumerable === true && 'value' in own ? { kind: 'field', key: name } : undefined
  for (const member of inheritedMembers(target)) if (member.key === name && member.kind === 'method') return member
  return undefined
}
