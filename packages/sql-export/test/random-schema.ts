// Random schemas with rows, and the closure of their roots by brute force over rows in memory.
import type { MissingPolicy } from '../src/index.ts'

export interface RandomRow {
  readonly tag: string
  readonly key: readonly (bigint | string)[]
  readonly unique: string
  readonly weight: number
  /** By edge: the tag of the parent, `null`, or a tag of nothing. */
  readonly refs: Map<RandomEdge, string | null>
}

export interface RandomTable {
  readonly name: string
  /** 0: an integer; 1: a text; 2: a composite; 3: a composite whose first part refers to table 0; 4: a uuid. */
  readonly keyKind: 0 | 1 | 2 | 3 | 4
  /** Whether the key is the primary key. Else it is declared unique only, and the unique column is the smaller key. */
  readonly isPrimary: boolean
  /** Whether the engine gives the next key. */
  readonly isGenerated: boolean
  /** Whether the key is written as its hash. */
  readonly isHashed: boolean
  readonly rows: RandomRow[]
}

export interface RandomEdge {
  readonly name: string
  readonly child: RandomTable
  readonly parent: RandomTable
  readonly columns: readonly string[]
  readonly byUnique: boolean
  readonly nullable: boolean
  readonly virtual: boolean
  /** Whether the constraint can wait for the commit, where engines have such. */
  readonly deferrable: boolean
  /** Whether the edge is only of rows whose weight is even. */
  readonly polymorphic: boolean
  readonly onMissing: MissingPolicy
  readonly follow: {
    readonly below: number | null
    readonly perParent: number | null
    readonly maxDepth: number | null
    readonly fromParents: boolean
  } | null
}

export interface RandomDatabase {
  readonly tables: readonly RandomTable[]
  readonly edges: readonly RandomEdge[]
  /** Of edges that have none of their own. */
  readonly maxDepth: number
  readonly roots: readonly { readonly table: RandomTable; readonly below: number; readonly limit: number | null }[]
}

/** Draws from a tape of numbers, so that a failing case shrinks. */
export function randomDatabase(tape: readonly number[]): RandomDatabase {
  let at = 0
  const below = (n: number): number => (tape[at++ % tape.length] ?? 0) % n
  const chance = (percent: number): boolean => below(100) < percent
  const tables = Array.from({ length: 2 + below(chance(20) ? 11 : 5) }, (_, i): RandomTable => {
    const keyKind = i === 0 ? 0 : (below(5) as RandomTable['keyKind'])
    const isPrimary = (keyKind !== 2 && keyKind !== 3) || !chance(25)
    return {
      name: `t${i}`,
      keyKind,
      isPrimary,
      isGenerated: keyKind === 0 && chance(50),
      isHashed: (keyKind === 1 || keyKind === 4) && chance(30),
      rows: [],
    }
  })
  const [first] = tables
  if (first === undefined) throw new TypeError('no table')
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const follow = (): RandomEdge['follow'] =>
    chance(60)
      ? {
          below: chance(30) ? below(10) : null,
          perParent: chance(30) ? 1 + below(2) : null,
          maxDepth: chance(35) ? 1 + below(3) : null,
          fromParents: chance(20),
        }
      : null
  const edges: RandomEdge[] = tables
    .filter(({ keyKind }) => keyKind === 3)
    .map((child) => ({
      name: `${child.name}.p`,
      child,
      parent: first,
      columns: ['p'],
      byUnique: false,
      nullable: false,
      virtual: false,
      deferrable: chance(50),
      polymorphic: false,
      onMissing: 'error',
      follow: follow(),
    }))
  for (let i = below(tables.length > 6 ? 16 : 8); i >= 0; i--) {
    const child = pick(tables)
    const parent = pick(tables)
    const byUnique = chance(25)
    const width = byUnique || parent.keyKind < 2 || parent.keyKind === 4 ? 1 : 2
    const columns = Array.from({ length: width }, (_, part) => `e${i}_${part}`)
    const virtual = chance(25)
    const nullable = chance(60)
    const onMissing = virtual ? pick(nullable ? (['error', 'skip', 'null'] as const) : (['error', 'skip'] as const)) : 'error'
    edges.push({
      name: `${child.name}.${columns.join(',')}`,
      child,
      parent,
      columns,
      byUnique,
      nullable,
      virtual,
      deferrable: chance(50),
      polymorphic: virtual && chance(40),
      onMissing,
      follow: follow(),
    })
  }
  for (const table of tables) addRows(table, first, below)
  for (const edge of edges) {
    for (const row of edge.child.rows) {
      if (edge.columns[0] === 'p') row.refs.set(edge, first.rows.find(({ key }) => key[0] === row.key[0])?.tag ?? null)
      else if (edge.virtual && chance(8)) row.refs.set(edge, 'nothing')
      else if (edge.parent.rows.length === 0 || (edge.nullable && chance(25)))
        row.refs.set(edge, edge.nullable ? null : 'nothing')
      else row.refs.set(edge, pick(edge.parent.rows).tag)
    }
  }
  const roots = Array.from({ length: 1 + below(3) }, () => ({
    table: pick(tables),
    below: 1 + below(9),
    limit: chance(40) ? 1 + below(3) : null,
  }))
  return { tables, edges, roots, maxDepth: chance(35) ? 1 + below(3) : 64 }
}

function addRows(table: RandomTable, first: RandomTable, below: (n: number) => number): void {
  const used = new Set<string>()
  const count = 1 + below(12)
  for (let i = 0; i < count; i++) {
    const number = BigInt(below(40) - 5)
    const text = `k${below(30)}${['', 'é', 'é😀', "é😀'"][below(4)]}`
    const hex = below(4096).toString(16)
    // grows from its first part and from its last alike: engines compare the parts in different orders
    const uuid = `${hex.padStart(8, '0')}-0000-4000-8000-${hex.padStart(12, '0')}`
    const parent = first.rows[below(Math.max(1, first.rows.length))]
    if (table.keyKind === 3 && parent === undefined) return
    const keys = { 0: [number], 1: [text], 2: [number, text], 3: [parent?.key[0] ?? 0n, number], 4: [uuid] } as const
    const key: readonly (bigint | string)[] = keys[table.keyKind]
    if (used.has(key.join('|'))) continue
    used.add(key.join('|'))
    table.rows.push({ tag: `${table.name}:${i}`, key, unique: `u${i}`, weight: below(10), refs: new Map() })
  }
}

/** What must be at the destination: by tag, what each edge of the row refers to. `undefined`: the export must fail. */
export function expectedRows({
  tables,
  edges,
  roots,
  maxDepth,
}: RandomDatabase): ReadonlyMap<string, ReadonlyMap<string, string | null>> | undefined {
  const table = new Map(tables.flatMap((owner) => owner.rows.map((row) => [row.tag, owner] as const)))
  const rows = new Map(tables.flatMap((owner) => owner.rows.map((row) => [row.tag, row] as const)))
  const inOrder = (list: readonly RandomRow[]): RandomRow[] =>
    list.toSorted((a, b) => compare(rowKey(a, table), rowKey(b, table)))
  const applies = (edge: RandomEdge, row: RandomRow): boolean => !edge.polymorphic || row.weight % 2 === 0
  const state = new Map<string, { depth: number; down: boolean }>()
  let changed = true
  const reach = (tag: string, depth: number, down: boolean): void => {
    const known = state.get(tag)
    if (known !== undefined && known.depth <= depth && (known.down || !down)) return
    changed = true
    state.set(tag, { depth: Math.min(depth, known?.depth ?? depth), down: down || known?.down === true })
  }
  for (const root of roots) {
    const matching = inOrder(root.table.rows.filter(({ weight }) => weight < root.below))
    for (const { tag } of root.limit === null ? matching : matching.slice(0, root.limit)) reach(tag, 0, true)
  }
  while (changed) {
    changed = false
    for (const [tag, { depth, down }] of [...state]) {
      const row = rows.get(tag)
      for (const edge of edges) {
        if (row !== undefined && edge.child === table.get(tag) && applies(edge, row)) {
          const parent = row.refs.get(edge) ?? null
          if (parent === 'nothing' && edge.onMissing === 'error') return undefined
          if (parent !== null && parent !== 'nothing') reach(parent, depth, false)
        }
        if (
          edge.parent !== table.get(tag) ||
          edge.follow === null ||
          !(down || edge.follow.fromParents) ||
          depth >= (edge.follow.maxDepth ?? maxDepth)
        )
          continue
        const { below, perParent } = edge.follow
        const children = inOrder(
          edge.child.rows.filter(
            (child) => child.refs.get(edge) === tag && applies(edge, child) && (below === null || child.weight < below),
          ),
        )
        for (const child of perParent === null ? children : children.slice(0, perParent)) reach(child.tag, depth + 1, true)
      }
    }
  }
  const kept = new Set(state.keys())
  const isLost = (edge: RandomEdge, row: RandomRow): boolean => {
    const parent = row.refs.get(edge) ?? null
    return applies(edge, row) && parent !== null && !kept.has(parent)
  }
  for (let dropped = true; dropped; ) {
    dropped = false
    for (const tag of kept) {
      const row = rows.get(tag)
      if (
        row === undefined ||
        !edges.some((edge) => edge.child === table.get(tag) && edge.onMissing !== 'null' && isLost(edge, row))
      )
        continue
      kept.delete(tag)
      dropped = true
    }
  }
  const expected = new Map<string, ReadonlyMap<string, string | null>>()
  for (const tag of kept) {
    const row = rows.get(tag)
    if (row === undefined) continue
    const refs = edges.filter((edge) => edge.child === table.get(tag) && applies(edge, row))
    expected.set(tag, new Map(refs.map((edge) => [edge.name, isLost(edge, row) ? null : (row.refs.get(edge) ?? null)])))
  }
  return expected
}

/** What the row is found by: its key, or the unique column where that is the smaller key. */
function rowKey({ tag, key, unique }: RandomRow, tables: ReadonlyMap<string, RandomTable>): readonly (bigint | string)[] {
  return tables.get(tag)?.isPrimary === false ? [unique] : key
}

function compare(a: readonly (bigint | string)[], b: readonly (bigint | string)[]): number {
  for (let i = 0; i < a.length; i++) {
    const left = a[i] ?? 0n
    const right = b[i] ?? 0n
    const order =
      typeof left === 'string' || typeof right === 'string'
        ? Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)))
        : left < right
          ? -1
          : left > right
            ? 1
            : 0
    if (order !== 0) return order
  }
  return 0
}
