// Strongly connected components of a graph of names, in dependency order.
import { compareText } from '../vocabulary/table-ref.ts'

/**
 * Components of the graph in which `dependencies(name)` gives what must come before `name`: each component follows those it
 * depends on; among components that could come next the one with the least name does; members are sorted.
 */
export function componentsInOrder(names: readonly string[], dependencies: (name: string) => Iterable<string>): string[][] {
  const components = tarjan([...names].sort(compareText), dependencies)
  const componentOf = new Map<string, number>()
  components.forEach((members, i) => members.forEach((name) => componentOf.set(name, i)))
  const waitingFor = components.map((members, i) => {
    const needed = new Set<number>()
    for (const name of members) {
      for (const dependency of dependencies(name)) {
        const other = componentOf.get(dependency)
        if (other !== undefined && other !== i) needed.add(other)
      }
    }
    return needed
  })
  const ordered: string[][] = []
  const left = new Set(components.keys())
  while (left.size > 0) {
    let next = -1
    for (const i of left) {
      if ((waitingFor[i]?.size ?? 0) > 0) continue
      if (next === -1 || compareText(components[i]?.[0] ?? '', components[next]?.[0] ?? '') < 0) next = i
    }
    left.delete(next)
    ordered.push(components[next] ?? [])
    for (const needed of waitingFor) needed.delete(next)
  }
  return ordered
}

function tarjan(names: readonly string[], dependencies: (name: string) => Iterable<string>): string[][] {
  const known = new Set(names)
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const onStack = new Set<string>()
  const stack: string[] = []
  const components: string[][] = []
  const enter = (name: string): { readonly name: string; readonly rest: Iterator<string> } => {
    index.set(name, index.size)
    low.set(name, index.get(name) ?? 0)
    stack.push(name)
    onStack.add(name)
    const rest = [...dependencies(name)].filter((dependency) => known.has(dependency)).sort(compareText)
    return { name, rest: rest.values() }
  }
  for (const start of names) {
    if (index.has(start)) continue
    const frames = [enter(start)] // an explicit stack: a chain of tables may be longer than the call stack
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const { name } = frame
      const { done, value } = frame.rest.next()
      if (done !== true) {
        if (!index.has(value)) frames.push(enter(value))
        else if (onStack.has(value)) low.set(name, Math.min(low.get(name) ?? 0, index.get(value) ?? 0))
        continue
      }
      frames.pop()
      const parent = frames.at(-1)
      if (parent !== undefined) low.set(parent.name, Math.min(low.get(parent.name) ?? 0, low.get(name) ?? 0))
      if (low.get(name) !== index.get(name)) continue
      const members: string[] = []
      for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
        onStack.delete(member)
        members.push(member)
        if (member === name) break
      }
      components.push(members.sort(compareText))
    }
  }
  return components
}
