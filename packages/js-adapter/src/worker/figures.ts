// A tree of numbers as a row of numbers and back: how usage lies in shared memory, where a killed thread leaves it.

/** The paths of all numbers in a tree of objects, in order. */
export function figurePaths(tree: object): readonly string[] {
  const paths: string[] = []
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'number') paths.push(key)
    else if (typeof value === 'object' && value !== null) paths.push(...figurePaths(value).map((path) => `${key}.${path}`))
  }
  return paths
}

export function readFigure(tree: object, path: string): number {
  let value: unknown = tree
  for (const key of path.split('.')) value = Reflect.get(Object(value), key)
  return typeof value === 'number' ? value : 0
}

/** Builds the tree again. */
export function figureTree(paths: readonly string[], at: (position: number) => number): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  for (const [position, path] of paths.entries()) {
    const keys = path.split('.')
    const last = keys.pop() ?? path
    let branch = root
    for (const key of keys) {
      const next = branch[key]
      if (isBranch(next)) branch = next
      else {
        const made: Record<string, unknown> = {}
        branch[key] = made
        branch = made
      }
    }
    branch[last] = at(position)
  }
  return root
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
