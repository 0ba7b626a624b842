// Runs a race both ways.

export interface OrderCase {
  /** `a before b` or `b before a`. */
  readonly name: string
  /** Runs both, in the order that the name says. */
  run(): void
}

/** Two steps that may come in either order, as two cases. */
export function bothOrders(a: Readonly<Record<string, () => void>>): readonly [OrderCase, OrderCase] {
  const steps = Object.entries(a)
  const [first, second] = steps
  if (first === undefined || second === undefined || steps.length > 2)
    throw new TypeError('bothOrders takes exactly two named steps')
  return [orderCase(first, second), orderCase(second, first)]
}

function orderCase(first: readonly [string, () => void], second: readonly [string, () => void]): OrderCase {
  return {
    name: `${first[0]} before ${second[0]}`,
    run() {
      first[1]()
      second[1]()
    },
  }
}
