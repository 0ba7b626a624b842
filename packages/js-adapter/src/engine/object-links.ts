// Objects that come again in a tree of plain data. The engine reads its serialised form without references: they are put in place afterwards.

/** How the guest puts them there: slot 0 is the root, each further slot is fetched from one before it. */
export interface LinkPlan {
  readonly names: readonly string[]
  /** Pairs of a slot and a key in it: what stands there fills the next slot. */
  readonly fetched: readonly number[]
  /** Triples of a slot, a key in it, and the slot of what has to stand there. */
  readonly links: readonly number[]
}

/** Remembers each object by its place: the one that holds it, and the key. */
export class ObjectLinks {
  /** Of each depth, the key that is being written. Indices of arrays are numbers. */
  readonly keys: (string | number)[] = []
  readonly #places = new Map<object, number>()
  /** Of each depth, the place of the object that is being written. */
  readonly #open: number[] = []
  readonly #holders: number[] = []
  readonly #holderKeys: (string | number)[] = []
  readonly #again: { readonly holder: number; readonly key: string | number; readonly place: number }[] = []

  /** @returns whether the value, which is at `depth`, was met before; its second place is then noted. */
  meet(value: object, depth: number): boolean {
    const holder = this.#open[depth - 1] ?? 0
    const key = this.keys[depth - 1] ?? 0
    const known = this.#places.get(value)
    if (known !== undefined) {
      this.#again.push({ holder, key, place: known })
      return true
    }
    const place = this.#holders.push(holder) - 1
    this.#holderKeys.push(key)
    this.#places.set(value, place)
    this.#open[depth] = place
    return false
  }

  /** `undefined`: no object came again. */
  get plan(): LinkPlan | undefined {
    if (this.#again.length === 0) return undefined
    const names = new Map<string, number>()
    const number = (key: string | number): number => {
      if (typeof key === 'number') return key
      const known = names.get(key) ?? names.size
      names.set(key, known)
      return -1 - known
    }
    const fetched: number[] = []
    const slots = new Map<number, number>([[0, 0]])
    const slot = (place: number): number => {
      const known = slots.get(place)
      if (known !== undefined) return known
      // As deep as the tree, which is bounded.
      fetched.push(slot(this.#holders[place] ?? 0), number(this.#holderKeys[place] ?? 0))
      slots.set(place, slots.size)
      return slots.size - 1
    }
    const links = this.#again.flatMap(({ holder, key, place }) => [slot(holder), number(key), slot(place)])
    return { names: [...names.keys()], fetched, links }
  }
}
