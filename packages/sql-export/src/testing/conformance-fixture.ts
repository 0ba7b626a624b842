// What the conformance cases of drivers have in common: a database that they make, and how its answers are collected.
import type { Destination } from '../port/destination.ts'
import type { RowChunk, Source } from '../port/source.ts'
import type { Row } from '../vocabulary/cell.ts'

/** A handle that is both, and runs statements of the test's own. */
export type ConformanceHandle = Source & Destination & { execute(sql: string): Promise<void> }

/** Words of an engine's dialect that the fixture is written with. */
export interface ConformanceWords {
  /** A text column that can be a key, such as `text` or `varchar(60)`. */
  readonly text: string
  /** A column of bytes. */
  readonly bytes: string
  /** After the name of an integer key that the engine gives: `INTEGER PRIMARY KEY`, `bigint GENERATED … PRIMARY KEY`. */
  readonly generatedKey: string
  /** A literal of the bytes 00 ff 5c 0a. */
  readonly bytesLiteral: string
  /** Whether texts that hold backslashes must double them in literals. */
  readonly doublesBackslashes: boolean
}

/** A database to run the cases on. Each case makes one of its own and disposes of it. */
export interface ConformanceTarget {
  readonly name: string
  readonly words: ConformanceWords
  /** Makes an empty database and opens it. */
  open(): Promise<{ readonly handle: ConformanceHandle; dispose(): Promise<void> }>
  /** Whether only one database can be open at a time, so that nothing can be copied from one to another. */
  readonly isSingle?: boolean | undefined
  /** Opens the database of `handle` once more; `undefined` where there can be one handle only. */
  openAgain?: ((handle: ConformanceHandle) => Promise<ConformanceHandle>) | undefined
}

/** One case: throws if the driver does not do what the port says. */
export interface ConformanceCase {
  readonly name: string
  run(): Promise<void>
}

export const HOSTILE = 'it\'s; "drop" `table` [x]; --'

/** Texts that a careless driver changes. */
export const ODD_TEXTS = [
  'plain',
  "it's",
  'a"b',
  'back\\slash',
  'tab\there',
  'line\nbreak',
  '',
  'ünï → 漢字 🙂',
  '\\N',
  '%_?$1:a',
] as const

export function literal(text: string, { doublesBackslashes }: ConformanceWords): string {
  const doubled = doublesBackslashes ? text.replaceAll('\\', '\\\\') : text
  return `'${doubled.replaceAll("'", "''")}'`
}

/** A small shop: a generated key, a composite key, a unique text, a self reference, bytes, and a view. */
export async function makeFixture(handle: ConformanceHandle, words: ConformanceWords): Promise<void> {
  const q = (name: string): string => handle.quoteName(name)
  const statements = [
    `CREATE TABLE person (id ${words.generatedKey}, code ${words.text} NOT NULL UNIQUE, boss_id bigint REFERENCES person (id), photo ${words.bytes})`,
    `CREATE TABLE orders (person_id bigint NOT NULL REFERENCES person (id), line int NOT NULL, note ${words.text}, PRIMARY KEY (person_id, line))`,
    `CREATE TABLE pick (id bigint NOT NULL PRIMARY KEY, person_id bigint, line int, FOREIGN KEY (person_id, line) REFERENCES orders (person_id, line))`,
    `CREATE TABLE named (name ${words.text} NOT NULL PRIMARY KEY, amount decimal(20, 4))`,
    `CREATE TABLE ${q(HOSTILE)} (${q(HOSTILE)} bigint NOT NULL PRIMARY KEY, ${q('Case')} ${words.text})`,
    'CREATE VIEW people AS SELECT id FROM person',
    `INSERT INTO person (id, code, boss_id, photo) VALUES (1, 'a', NULL, ${words.bytesLiteral}), (2, 'b', 1, NULL), (3, 'c', 1, NULL), (4, 'd', 3, NULL)`,
    "INSERT INTO orders VALUES (2, 1, 'x'), (2, 2, 'y'), (2, 3, NULL), (3, 1, 'x'), (3, 2, '')",
    'INSERT INTO pick VALUES (10, 2, 1), (11, 2, NULL), (12, 3, 2)',
    `INSERT INTO named VALUES ${ODD_TEXTS.map((text, i) => `(${literal(text, words)}, ${i}.2500)`).join(', ')}`,
    `INSERT INTO ${q(HOSTILE)} VALUES (1, 'one'), (2, 'two')`,
  ]
  for (const statement of statements) await handle.execute(statement)
}

export interface Collected {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** How many chunks said that they were the last. */
  readonly ends: number
}

/** All rows of a result. */
export async function collect(chunks: AsyncIterable<RowChunk>): Promise<Collected> {
  const rows: Row[] = []
  let columns: readonly string[] = []
  let ends = 0
  for await (const chunk of chunks) {
    columns = chunk.columns
    rows.push(...chunk.rows.map((row) => [...row]))
    if (chunk.isLast) ends++
  }
  return { columns, rows, ends }
}

/** Runs `work` on a fixture of its own. */
export async function onFixture(target: ConformanceTarget, work: (handle: ConformanceHandle) => Promise<void>): Promise<void> {
  const { handle, dispose } = await target.open()
  try {
    await makeFixture(handle, target.words)
    await work(handle)
  } finally {
    await dispose()
  }
}
