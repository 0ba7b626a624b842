// The programs that an engine compiled last.

const MAX_PROGRAMS = 256

/** By hash, name and strictness; the one that was used longest ago goes first. */
export class ProgramCache {
  readonly #programs = new Map<string, object>()

  get(name: string, sha256: string, strict: boolean): object | undefined {
    const key = keyOf(name, sha256, strict)
    const found = this.#programs.get(key)
    if (found === undefined) return undefined
    this.#programs.delete(key)
    this.#programs.set(key, found)
    return found
  }
  set(name: string, sha256: string, strict: boolean, program: object): void {
    this.#programs.set(keyOf(name, sha256, strict), program)
    if (this.#programs.size <= MAX_PROGRAMS) return
    for (const oldest of this.#programs.keys()) {
      this.#programs.delete(oldest)
      return
    }
  }
  get size(): number {
    return this.#programs.size
  }
}

function keyOf(name: string, sha256: string, strict: boolean): string {
  return `${sha256}${strict ? 's' : '-'}${name}`
}
