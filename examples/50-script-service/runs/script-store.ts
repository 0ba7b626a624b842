// The customers' scripts, each with a version that grows with every upload. In memory: a platform puts its database here.
export interface StoredScript {
  readonly tenant: string
  readonly name: string
  readonly version: number
  readonly source: string
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/

export class ScriptStore {
  readonly #scripts = new Map<string, StoredScript>()

  static isName(name: string): boolean {
    return NAME.test(name)
  }
  /** Runs that are under way keep the version they began with. */
  put(tenant: string, name: string, source: string): StoredScript {
    const script = { tenant, name, source, version: (this.get(tenant, name)?.version ?? 0) + 1 }
    this.#scripts.set(`${tenant}/${name}`, script)
    return script
  }
  get(tenant: string, name: string): StoredScript | undefined {
    return this.#scripts.get(`${tenant}/${name}`)
  }
  remove(tenant: string, name: string): boolean {
    return this.#scripts.delete(`${tenant}/${name}`)
  }
  /** Names and versions of one tenant, by name. */
  list(tenant: string): readonly Omit<StoredScript, 'source' | 'tenant'>[] {
    return [...this.#scripts.values()]
      .filter((script) => script.tenant === tenant)
      .map(({ name, version }) => ({ name, version }))
      .toSorted((a, b) => a.name.localeCompare(b.name))
  }
}
