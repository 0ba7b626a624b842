// Random template queries over four tables that refer to each other, for tests that compare them with another reader.
const TABLES = ['a', 'b', 'c', 'd'] as const
type Table = (typeof TABLES)[number]

/** Of each table, what its rows refer to. */
const EDGES: readonly (readonly [child: Table, column: string, parent: Table])[] = [
  ['b', 'b_a', 'a'],
  ['c', 'c_b', 'b'],
  ['d', 'd_a', 'a'],
  ['d', 'd_c', 'c'],
  ['a', 'a_a', 'a'],
]

export const TEMPLATE_SCHEMA: readonly string[] = [
  'CREATE TABLE a (id INTEGER PRIMARY KEY, a_a INTEGER REFERENCES a (id), av INTEGER)',
  'CREATE TABLE b (id INTEGER PRIMARY KEY, b_a INTEGER REFERENCES a (id), bv INTEGER)',
  'CREATE TABLE c (id INTEGER PRIMARY KEY, c_b INTEGER REFERENCES b (id), cv INTEGER)',
  'CREATE TABLE d (id INTEGER PRIMARY KEY, d_a INTEGER REFERENCES a (id), d_c INTEGER REFERENCES c (id), dv INTEGER)',
]

export const TEMPLATE_ROWS: readonly string[] = [
  'INSERT INTO a VALUES (1, NULL, 1), (2, 1, 2), (3, 1, NULL), (4, 4, 3), (5, NULL, 0)',
  'INSERT INTO b VALUES (1, 1, 1), (2, 1, NULL), (3, 2, 2), (4, NULL, 3)',
  'INSERT INTO c VALUES (1, 1, 3), (2, 3, NULL), (3, NULL, 1)',
  'INSERT INTO d VALUES (1, 1, 1, 2), (2, 2, NULL, 1), (3, NULL, 2, NULL), (4, 4, 1, 3)',
]

export interface RandomTemplate {
  readonly text: string
  readonly from: string
  /** `TRUE` for none. */
  readonly where: string
  readonly joins: readonly {
    readonly table: Table
    readonly alias: string
    readonly kind: 'FIRST' | 'INNER' | 'LEFT' | 'RIGHT'
  }[]
  /** The equality of each ON. */
  readonly equalities: readonly string[]
}

export function randomTemplate(tape: readonly number[]): RandomTemplate {
  let at = 0
  const below = (n: number): number => (tape[at++ % tape.length] ?? 0) % n
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const first = pick(TABLES)
  const joins: RandomTemplate['joins'][number][] = [{ table: first, alias: 'x0', kind: 'FIRST' }]
  const equalities: string[] = []
  for (let i = 1, most = below(5); i <= most; i++) {
    const other = pick(joins)
    const [child, column, parent] = pick(EDGES.filter(([child, , parent]) => child === other.table || parent === other.table))
    const alias = `x${i}`
    const isParent = child === other.table
    equalities.push(isParent ? `${alias}.id = ${other.alias}.${column}` : `${alias}.${column} = ${other.alias}.id`)
    joins.push({ table: isParent ? parent : child, alias, kind: pick(['INNER', 'LEFT', 'LEFT', 'RIGHT'] as const) })
  }
  /** A condition over one of the first aliases; by the bare name of the column where only one table has it. */
  const condition = (known: number): string => {
    const { table, alias } = pick(joins.slice(0, known))
    const isAlone = joins.filter((join) => join.table === table).length === 1
    const column = `${isAlone && below(3) === 0 ? '' : `${alias}.`}${table}v`
    return pick([`${column} > ${below(3)}`, `${column} IS NULL`, `(${column} < 3 OR ${column} IS NULL)`])
  }
  let from = `${first} AS x0`
  for (const [i, { table, alias, kind }] of joins.entries()) {
    if (kind === 'FIRST') continue
    const equality = equalities[i - 1] ?? ''
    const more = below(3) === 0 ? ` AND ${condition(i + 1)}` : ''
    const word = kind === 'INNER' ? pick(['JOIN', 'INNER JOIN']) : pick([`${kind} JOIN`, `${kind} OUTER JOIN`])
    from = `${from} ${word} ${table} ${pick(['AS ', ''])}${alias} ON ${more === '' ? pick([equality, `(${equality})`]) : equality}${more}`
    if (below(6) === 0) from = `(${from})`
  }
  const where = below(3) === 0 ? 'TRUE' : condition(joins.length)
  const text = `SELECT ${joins.map(({ alias }) => `${alias}.id`).join(', ')} FROM ${from}${where === 'TRUE' ? '' : ` WHERE ${where}`}`
  return { text, from, where, joins, equalities }
}
