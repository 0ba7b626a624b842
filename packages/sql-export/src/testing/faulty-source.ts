// A source whose answers are changed on their way: for suites that show what a wrong answer leads to.
import type { PageRequest, RowChunk, Source, SourceSnapshot } from '../port/source.ts'
import { TAIL } from '../port/source.ts'
import { packRows, unpackRows } from '../vocabulary/packed-rows.ts'
import { tableText } from '../vocabulary/table-ref.ts'

/** Changes one chunk of a page: gives those that take its place. */
export type Tamper = (chunk: RowChunk, request: PageRequest) => readonly RowChunk[]

/** What came packed stays so, where its rows still have that form: the checks of both are tried. */
function packedAgain(chunk: RowChunk): RowChunk {
  const packed = packRows(chunk.rows, chunk.columns.includes(TAIL))
  return packed === undefined ? chunk : { ...chunk, rows: [], packed }
}

/** The source, with the pages of one table changed by `tamper`. Closing it closes the source. */
export function faultySource(source: Source, table: string, tamper: Tamper): Source {
  const wrap = (snapshot: SourceSnapshot): SourceSnapshot => ({
    atEpochMs: snapshot.atEpochMs,
    tailFormat: snapshot.tailFormat,
    readRoot: (sql, params, takesPacked) => snapshot.readRoot(sql, params, takesPacked),
    readChildren: (request) => snapshot.readChildren(request),
    cancel: async () => snapshot.cancel?.(),
    end: () => snapshot.end(),
    async *readPage(request) {
      for await (const chunk of snapshot.readPage(request)) {
        if (tableText(request.table) !== table) yield chunk
        else if (chunk.packed === undefined) yield* tamper(chunk, request)
        else
          for (const changed of tamper({ ...chunk, rows: unpackRows(chunk.packed), packed: undefined }, request))
            yield packedAgain(changed)
      }
    },
  })
  return {
    engine: source.engine,
    identity: source.identity,
    rootSql: (root) => source.rootSql(root),
    quoteName: (name) => source.quoteName(name),
    readCatalog: () => source.readCatalog(),
    begin: async () => wrap(await source.begin()),
    close: () => source.close(),
    [Symbol.asyncDispose]: () => source.close(),
  }
}
