// A directed graph of names, and the cycles in it.

export type Graph = ReadonlyMap<string, readonly string[]>

/** Tarjan's strongly connected components with more than one member, or with an edge to itself; each starts at its least name. */
export function cyclesOf(graph: Graph): readonly (readonly string[])[] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const onStack = new Set<string>()
  const cycles: (readonly string[])[] = []

  const connect = (name: string): void => {
    const at = index.size
    index.set(name, at)
    low.set(name, at)
    stack.push(name)
    onStack.add(name)
    for (const next of graph.get(name) ?? []) {
      if (!index.has(next)) connect(next)
      else if (!onStack.has(next)) continue
      low.set(name, Math.min(low.get(name) ?? at, low.get(next) ?? at))
    }
    if (low.get(name) !== at) return
    const members: string[] = []
    for (let last = stack.pop(); last !== undefined; last = last === name ? undefined : stack.pop()) {
      onStack.delete(last)
      members.push(last)
    }
    if (members.length > 1 || graph.get(name)?.includes(name) === true) cycles.push(shortestRound(graph, new Set(members)))
  }
  for (const name of graph.keys()) if (!index.has(name)) connect(name)
  return cycles
}

/** One shortest way round from the least member back to itself, inside a component. */
function shortestRound(graph: Graph, members: ReadonlySet<string>): readonly string[] {
  const start = [...members].toSorted()[0] ?? ''
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (const name of queue) {
    for (const next of graph.get(name) ?? []) {
      if (next === start) {
        const round = [name]
        for (let back = cameFrom.get(name); back !== undefined; back = cameFrom.get(back)) round.unshift(back)
        return round
      }
      if (!members.has(next) || cameFrom.has(next)) continue
      cameFrom.set(next, name)
      queue.push(next)
    }
  }
  return [start]
}

/** Everything that can be reached from `start`, itself included. */
export function reachableFrom(graph: Graph, start: string): ReadonlySet<string> {
  const seen = new Set([start])
  for (const name of seen) for (const next of graph.get(name) ?? []) seen.add(next)
  return seen
}
