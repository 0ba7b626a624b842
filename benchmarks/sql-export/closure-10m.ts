// Peak memory of a closure of ten million keys over three tables: integers in memory, uuids with the file that takes what is over
// the budget. The source is made up as it is read, so that what is measured is the closure's own.
import { planExport } from '@loopwright/sql-export'
import type { PageRequest, RowChunk, Source, SourceSnapshot } from '@loopwright/sql-export'
import { countOf, defineWorkload } from '../harness/workload.ts'
import { peakRssMiB } from './support/peak-rss.ts'

const EACH = countOf(3_333_334, 33_334)
const CHUNK = 5000

type Kind = 'int64' | 'uuid'
type Key = bigint | string

/** Key `i` of a table. Uuids are in the order of their numbers, as roots are read; what follows the digits that order them is mixed, and neighbours are far apart. */
function keyOf(kind: Kind, i: number): Key {
  if (kind === 'int64') return BigInt(i) * 3n
  const high = Math.floor((i / EACH) * 2 ** 32)
  const low = Math.imul(i + 1, 0x85ebca6b) >>> 0
  const digits = `${high.toString(16).padStart(8, '0')}${low.toString(16).padStart(8, '0')}${i.toString(16).padStart(16, '0')}`
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const numberOf = (kind: Kind, key: unknown): number =>
  kind === 'int64' ? Number(key) / 3 : Number.parseInt(String(key).replaceAll('-', '').slice(16), 16)

/** Orders, each of which names a customer and a product far away. */
function snapshotOf(kind: Kind): SourceSnapshot {
  const row = (table: string, i: number): (Key | null)[] =>
    table === 'orders' ? [keyOf(kind, i), keyOf(kind, (i * 7919) % EACH), keyOf(kind, (i * 104_729) % EACH)] : [keyOf(kind, i)]
  async function* readRoot(): AsyncGenerator<RowChunk> {
    for (let at = 0; at < EACH; at += CHUNK) {
      const rows = Array.from({ length: Math.min(CHUNK, EACH - at) }, (_, i) => [keyOf(kind, at + i)])
      yield { columns: ['id'], rows, isLast: at + CHUNK >= EACH }
    }
  }
  async function* readPage({ table, values, columns }: PageRequest): AsyncGenerator<RowChunk> {
    const rows = values.map(([key], i) => [BigInt(i), ...row(table.name, numberOf(kind, key))])
    yield { columns: ['~ord', ...columns], rows, isLast: true }
  }
  async function* readChildren(): AsyncGenerator<RowChunk> {
    yield { columns: [], rows: [], isLast: true }
  }
  return { atEpochMs: 0, readRoot, readPage, readChildren, end: async () => {} }
}

function sourceOf(kind: Kind): Source {
  const column = (name: string) => ({ name, type: kind, kind, notNull: true, hasDefault: false, generated: null, isExact: true })
  const edge = (name: string, parent: string) => ({
    name: `orders.${name}`,
    columns: [name],
    parent: { schema: null, name: parent },
    parentColumns: ['id'],
    match: 'simple' as const,
    deferrable: false,
    validated: true,
    isUnique: true,
  })
  const table = (name: string, references: readonly (readonly [string, string])[]) => ({
    ref: { schema: null, name },
    columns: [column('id'), ...references.map(([child]) => column(child))],
    key: ['id'],
    uniqueKeys: [],
    edges: references.map(([child, parent]) => edge(child, parent)),
    generator: null,
    triggers: [],
    ddl: [],
    edgeDdl: [],
    notMade: [],
  })
  return {
    engine: 'postgres',
    identity: 'made up',
    rootSql: () => 'all',
    quoteName: (name) => name,
    readCatalog: async () => ({
      references: { bulk: true, deferral: 'declared', statementEnd: true },
      defaultSchema: 'public',
      denied: { select: [], insert: [], update: [], generator: [], create: false },
      tables: [
        table('orders', [
          ['customer_id', 'customer'],
          ['product_id', 'product'],
        ]),
        table('customer', []),
        table('product', []),
      ],
      views: [],
      notes: [],
    }),
    begin: async () => snapshotOf(kind),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}

async function peakMiB(kind: Kind): Promise<number> {
  const plan = await planExport({ source: sourceOf(kind), roots: [{ table: 'orders' }], keys: 'keep' })
  const { counts } = plan.observed
  if (counts?.['orders'] !== EACH || counts['customer'] !== EACH || counts['product'] !== EACH)
    throw new Error(`the closure has ${JSON.stringify(counts)}`)
  return peakRssMiB()
}

export const workload = defineWorkload({
  unit: 'MiB',
  subjects: { integers: () => peakMiB('int64'), 'uuids, with a file': () => peakMiB('uuid') },
  figures: [
    { subject: 'integers', target: '<= 512 MiB' },
    { subject: 'uuids, with a file', target: '<= 512 MiB' },
  ],
})
